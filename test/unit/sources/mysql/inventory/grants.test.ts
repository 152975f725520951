import fc from 'fast-check'
import {
  databasesToGrantOn,
  type GrantRules,
  grantLines,
  mayElsewhere,
  mayUse,
  mayUseGlobally,
  parseGrants,
} from '../../../../../src/sources/mysql/inventory/grants'

const mariadb: GrantRules = { flavor: 'mariadb', partialRevokes: false }
const mysql: GrantRules = { flavor: 'mysql', partialRevokes: false }

/** The rights out of a list that the user has in a database. */
function rights(lines: readonly string[], database: string, rules = mariadb): string[] {
  const grants = parseGrants(lines, rules)
  return ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'].filter(privilege => mayUse(grants, privilege, { database }))
}

describe('parseGrants', () => {
  it.each([
    ['MySQL 5.7', "GRANT SELECT, TRIGGER ON `shop`.* TO 'backup'@'localhost'"],
    ['MySQL 8 and MariaDB', 'GRANT SELECT, TRIGGER ON `shop`.* TO `backup`@`localhost`'],
    ['ANSI_QUOTES', 'GRANT SELECT, TRIGGER ON "shop".* TO "backup"@"localhost"'],
    ['sql_quote_show_create=0', 'GRANT SELECT, TRIGGER ON shop.* TO backup@localhost'],
    ['an anonymous user', 'GRANT SELECT, TRIGGER ON `shop`.* TO ``@`10.%`'],
    ['an anonymous user of MySQL 5.7', "GRANT SELECT, TRIGGER ON `shop`.* TO ''@'%'"],
    ['WITH GRANT OPTION', 'GRANT SELECT, TRIGGER ON `shop`.* TO `backup`@`%` WITH GRANT OPTION'],
    ['a user with a quote in its name', "GRANT SELECT, TRIGGER ON `shop`.* TO 'o'x'@'localhost'"],
    ['a user with spaces in its name', 'GRANT SELECT, TRIGGER ON `shop`.* TO `a TO b ON c`@`localhost`'],
  ])('reads a grant on a database as %s writes it', (_, line) => {
    expect(rights([line], 'shop')).toEqual(['SELECT', 'TRIGGER'])
    expect(rights([line], 'blog')).toEqual([])
  })

  it('reads global rights as each flavour lists them, static and dynamic', () => {
    const grants = parseGrants(
      [
        'GRANT SELECT, RELOAD, PROCESS, SHOW VIEW, EVENT, TRIGGER ON *.* TO `root`@`localhost` WITH GRANT OPTION',
        'GRANT BACKUP_ADMIN,SHOW_ROUTINE,XA_RECOVER_ADMIN ON *.* TO `root`@`localhost` WITH GRANT OPTION',
        "GRANT PROXY ON ''@'' TO 'root'@'localhost' WITH GRANT OPTION",
      ],
      mysql,
    )
    for (const privilege of ['SELECT', 'SHOW VIEW', 'EVENT', 'TRIGGER', 'BACKUP_ADMIN', 'SHOW_ROUTINE']) {
      expect(mayUse(grants, privilege, { database: 'shop' })).toBe(true)
      expect(mayUseGlobally(grants, privilege, 'shop')).toBe(true)
    }
    expect(mayUseGlobally(grants, 'PROXY', 'shop')).toBe(false)
    expect(mayUseGlobally(grants, 'INSERT', 'shop')).toBe(false)
  })

  it('takes ALL PRIVILEGES for every right, at the level where it stands', () => {
    expect(rights(['GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION'], 'shop')).toHaveLength(4)
    const grants = parseGrants(['GRANT ALL PRIVILEGES ON `shop`.* TO `app`@`%`'], mysql)
    expect(mayUse(grants, 'EVENT', { database: 'shop' })).toBe(true)
    expect(mayUseGlobally(grants, 'SHOW_ROUTINE', 'shop')).toBe(false)
  })

  it('takes USAGE for nothing', () => {
    expect(rights(['GRANT USAGE ON *.* TO `backup`@`localhost`'], 'shop')).toEqual([])
  })

  it.each([
    "IDENTIFIED BY PASSWORD '*7648E52EC79D4BB879B7B913F0B8BBF8DC4AB6CC' REQUIRE SSL WITH GRANT OPTION",
    "IDENTIFIED VIA mysql_native_password USING '*7648E52EC79D4BB879B7B913F0B8BBF8DC4AB6CC' OR unix_socket",
  ])('keeps nothing of what follows the user: %s', rest => {
    const grants = parseGrants([`GRANT SELECT ON *.* TO \`backup\`@\`localhost\` ${rest}`], mariadb)
    expect(mayUse(grants, 'SELECT', { database: 'shop' })).toBe(true)
    const kept = JSON.stringify(grants, (_, value) => (value instanceof Set ? [...value] : value))
    expect(kept).toContain('SELECT')
    expect(kept).not.toContain('7648E52E')
  })

  it('reads grants on tables, whose database is a name and no pattern', () => {
    const grants = parseGrants(
      [
        'GRANT SELECT, TRIGGER ON `sh_p`.`orders` TO `backup`@`localhost`',
        'GRANT ALL PRIVILEGES ON `a`.`b.*` TO `x`@`%`',
      ],
      mariadb,
    )
    expect(mayUse(grants, 'TRIGGER', { database: 'sh_p', table: 'orders' })).toBe(true)
    expect(mayUse(grants, 'TRIGGER', { database: 'shop', table: 'orders' })).toBe(false)
    expect(mayUse(grants, 'TRIGGER', { database: 'sh_p', table: 'items' })).toBe(false)
    expect(mayUse(grants, 'TRIGGER', { database: 'sh_p' })).toBe(false)
    expect(mayUse(grants, 'SHOW VIEW', { database: 'a', table: 'b.*' })).toBe(true)
    expect(mayUse(grants, 'SHOW VIEW', { database: 'a' })).toBe(false)
  })

  it('takes rights on columns for none on the table, and reads on behind them', () => {
    const line =
      'GRANT SELECT (`q```, `x), SELECT (y`), INSERT (id), SHOW VIEW, TRIGGER ON `shop`.`a b)` TO `w`@`localhost`'
    const grants = parseGrants([line], mariadb)
    const held = ['SELECT', 'INSERT', 'SHOW VIEW', 'TRIGGER'].filter(privilege =>
      mayUse(grants, privilege, { database: 'shop', table: 'a b)' }),
    )
    expect(held).toEqual(['SHOW VIEW', 'TRIGGER'])
  })

  it.each([
    'GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `shop`.`p` TO `backup`@`localhost`',
    'GRANT EXECUTE ON PACKAGE BODY `shop`.`p` TO `backup`@`localhost`',
    'GRANT `reader`@`%`,`writer`@`%` TO `backup`@`localhost`',
    'GRANT `ALL PRIVILEGES ON *.* ` TO `backup`@`localhost`',
    'GRANT reader TO backup@localhost',
    'GRANT PROXY ON `n`@`localhost` TO `backup`@`localhost`',
    'SET DEFAULT ROLE `reader` FOR `backup`@`localhost`',
    'GRANT SELECT ON `shop`.*',
    'GRANT SELECT ON `shop`.* TO',
    'GRANT SELECT, ON `shop`.* TO `backup`@`localhost`',
    'GRANT SELECT (`a ON *.* TO `backup`@`localhost`',
    '',
  ])('passes over %j', line => {
    const grants = parseGrants([line], mariadb)
    expect(
      grants.holders.every(({ global, databases, tables }) => global.size + databases.length + tables.length === 0),
    ).toBe(true)
  })

  it('reads back what it was written with, for every name', () => {
    const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' })
    fc.assert(
      fc.property(name, name, name, fc.constantFrom('`', '"'), (database, table, user, quote) => {
        const quoted = (text: string) => quote + text.replaceAll(quote, quote + quote) + quote
        const line = `GRANT SHOW VIEW, TRIGGER ON ${quoted(database)}.${quoted(table)} TO ${quoted(user)}@${quoted('%')}`
        const grants = parseGrants([line], mysql)
        expect(mayUse(grants, 'TRIGGER', { database, table })).toBe(true)
        expect(mayUse(grants, 'SELECT', { database, table })).toBe(false)
      }),
    )
  })

  it('never throws, whatever a line says', () => {
    const piece = fc.constantFrom(
      'GRANT ',
      'REVOKE ',
      'SELECT',
      ', ',
      ' (',
      ')',
      '`',
      '"',
      "'",
      ' ON ',
      '*.*',
      '.',
      ' TO ',
      '@',
      'x',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), pieces => {
        expect(parseGrants([pieces.join('')], mysql).holders).toHaveLength(3)
      }),
    )
  })
})

describe('parseGrants with partial revokes (MySQL 8)', () => {
  // As in the manual, "Privilege Restriction Using Partial Revokes".
  const lines = ['GRANT SELECT, TRIGGER ON *.* TO `u1`@`%`', 'REVOKE SELECT ON `world`.* FROM `u1`@`%`']
  const rules: GrantRules = { flavor: 'mysql', partialRevokes: true }

  it('takes what was revoked from the global rights, in that database only', () => {
    expect(rights(lines, 'world', rules)).toEqual(['TRIGGER'])
    expect(rights(lines, 'shop', rules)).toEqual(['SELECT', 'TRIGGER'])
    expect(mayUseGlobally(parseGrants(lines, rules), 'SELECT', 'world')).toBe(false)
  })

  it('takes "_" and "%" for themselves, and grants on the plain name', () => {
    const grants = parseGrants(['GRANT SELECT ON `sh_p`.* TO `u1`@`%`'], rules)
    expect(mayUse(grants, 'SELECT', { database: 'sh_p' })).toBe(true)
    expect(mayUse(grants, 'SELECT', { database: 'shop' })).toBe(false)
    expect(databasesToGrantOn(grants, 'EVENT', 'a_b')).toEqual(['a_b'])
  })
})

describe('mayUse with patterns', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'Shop', false],
    ['sh_p', 'shop', true],
    ['sh\\_p', 'shop', false],
    ['sh\\_p', 'sh_p', true],
    ['sh%', 'sh', true],
    ['%', 'anything', true],
    ['%p', 'shop', true],
    ['%h%p%', 'shops', true],
    ['%op%x', 'shop', false],
    ['100\\%', '100%', true],
    ['100\\%', '1000', false],
    // One byte, not one character (tried on MariaDB 10.11).
    ['sh_p', 'shöp', false],
    ['sh__p', 'shöp', true],
    ['a\\', 'a\\', true],
  ])('takes %j for %j: %s', (pattern, database, isCovered) => {
    expect(rights([`GRANT EVENT ON \`${pattern}\`.* TO \`u\`@\`%\``], database)).toEqual(isCovered ? ['EVENT'] : [])
  })

  it('agrees with a regular expression on all patterns', () => {
    const part = fc.constantFrom('a', 'b', '%', '_', '\\_', '\\%')
    const name = fc.array(fc.constantFrom('a', 'b', '_', '%'), { maxLength: 8 }).map(letters => letters.join(''))
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), name, (parts, database) => {
        const wildcards = new Map([
          ['%', '.*'],
          ['_', '.'],
        ])
        const expression = parts.map(each => wildcards.get(each) ?? each.slice(-1)).join('')
        const isCovered = new RegExp(`^${expression}$`).test(database)
        const line = `GRANT EVENT ON \`${parts.join('')}\`.* TO \`u\`@\`%\``
        expect(rights([line], database).length).toBe(isCovered ? 1 : 0)
      }),
    )
  })

  it('goes by the first entry that fits, as MariaDB does: entries do not add up', () => {
    const lines = ['GRANT TRIGGER ON `shop`.* TO `w1`@`localhost`', 'GRANT SELECT ON `sh%`.* TO `w1`@`localhost`']
    expect(rights(lines, 'shop')).toEqual(['TRIGGER'])
    expect(rights(lines, 'shed')).toEqual(['SELECT'])
  })

  it('counts what all entries agree on where the order is not known, as on MySQL', () => {
    const lines = ['GRANT SELECT, TRIGGER ON `shop`.* TO `w`@`%`', 'GRANT SELECT, EVENT ON `sh%`.* TO `w`@`%`']
    expect(rights(lines, 'shop', mysql)).toEqual(['SELECT'])
  })

  it('adds the global rights to those on the database', () => {
    const lines = ['GRANT SELECT ON *.* TO `w`@`%`', 'GRANT TRIGGER ON `shop`.* TO `w`@`%`']
    expect(rights(lines, 'shop')).toEqual(['SELECT', 'TRIGGER'])
  })
})

describe('mayUse with roles', () => {
  it('adds the rights of the active role and of PUBLIC to those of the user (MariaDB)', () => {
    const lines = [
      'GRANT `r1` TO `ru`@`localhost`',
      'GRANT SHOW VIEW ON `shop`.* TO `ru`@`localhost`',
      'GRANT `r2` TO `r1`',
      'GRANT TRIGGER ON `shop`.* TO `r1`',
      'GRANT EVENT ON `shop`.* TO `r2`',
      'SET DEFAULT ROLE `r1` FOR `ru`@`localhost`',
      'GRANT SELECT ON `shop`.* TO PUBLIC',
    ]
    expect(rights(lines, 'shop')).toEqual(['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'])
  })

  it('lets the whole name hide the pattern of a role below (tried on MariaDB 10.11)', () => {
    const lines = ['GRANT SELECT ON `sh%`.* TO `r1`', 'GRANT TRIGGER ON `shop`.* TO `r2`']
    expect(rights(lines, 'shop')).toEqual(['TRIGGER'])
    expect(rights(lines, 'shed')).toEqual(['SELECT'])
  })

  it('counts what all patterns of roles agree on', () => {
    const lines = ['GRANT SELECT, EVENT ON `sh%`.* TO `r1`', 'GRANT EVENT ON `s%`.* TO `r2`']
    expect(rights(lines, 'shop')).toEqual(['EVENT'])
  })

  it('reads what MySQL adds up itself for the active roles', () => {
    const lines = [
      'GRANT USAGE ON *.* TO `u1`@`localhost`',
      'GRANT SELECT, TRIGGER ON `shop`.* TO `u1`@`localhost`',
      'GRANT `reader`@`%` TO `u1`@`localhost`',
    ]
    expect(rights(lines, 'shop', mysql)).toEqual(['SELECT', 'TRIGGER'])
  })
})

describe('databasesToGrantOn', () => {
  const scopes = (lines: readonly string[], database: string, rules = mariadb) =>
    databasesToGrantOn(parseGrants(lines, rules), 'TRIGGER', database)

  it('escapes what would be a wildcard', () => {
    expect(scopes([], 'a_b%c\\d')).toEqual(['a\\_b\\%c\\\\d'])
  })

  it('takes the pattern that the user has, which a new entry would hide', () => {
    expect(scopes(['GRANT SELECT ON `sh_op`.* TO `u`@`%`'], 'sh_op')).toEqual(['sh_op'])
  })

  it('names every entry that lacks the right where all must agree', () => {
    const lines = [
      'GRANT SELECT ON `wp_%`.* TO `u`@`%`',
      'GRANT TRIGGER ON `wp%`.* TO `u`@`%`',
      'GRANT SELECT ON `wp\\_shop`.* TO `u`@`%`',
    ]
    expect(scopes(lines, 'wp_shop', mysql)).toEqual(['wp_%', 'wp\\_shop'])
  })

  it('leaves the entries of roles alone', () => {
    expect(scopes(['GRANT SELECT ON `s%`.* TO `r`'], 'shop')).toEqual(['shop'])
  })
})

describe('grantLines', () => {
  it('undoes what the client does to special characters, once', () => {
    const printed = 'GRANT SELECT ON `sh\\\\_op`.* TO `u`@`%`\nGRANT SELECT ON `a\\nb\\tc\\\\n`.* TO `u`@`%`\n'
    expect(grantLines(printed)).toEqual([
      'GRANT SELECT ON `sh\\_op`.* TO `u`@`%`',
      'GRANT SELECT ON `a\nb\tc\\n`.* TO `u`@`%`',
    ])
  })

  it('leaves alone what a client with --raw printed', () => {
    expect(grantLines('GRANT SELECT ON `sh\\_op`.* TO `u`@`%`')).toEqual(['GRANT SELECT ON `sh\\_op`.* TO `u`@`%`'])
  })
})

describe('mayElsewhere', () => {
  const own = 'GRANT ALL PRIVILEGES ON `shop`.* TO `b`@`localhost`'
  const elsewhere = (...lines: string[]) =>
    mayElsewhere(parseGrants([own, ...lines], { flavor: 'mysql', partialRevokes: false }), 'shop')

  it('does not count what shows routines, which a restore needs', () => {
    expect(elsewhere()).toBe(false)
    expect(elsewhere('GRANT SHOW_ROUTINE ON *.* TO `b`@`localhost`')).toBe(false)
    expect(elsewhere('GRANT SELECT ON `mysql`.`proc` TO `b`@`localhost`')).toBe(false)
  })

  it('counts what could change something', () => {
    expect(elsewhere('GRANT SET_ANY_DEFINER,SHOW_ROUTINE ON *.* TO `b`@`localhost`')).toBe(true)
    expect(elsewhere('GRANT SELECT, UPDATE ON `mysql`.`proc` TO `b`@`localhost`')).toBe(true)
    expect(elsewhere('GRANT SELECT ON `mysql`.`user` TO `b`@`localhost`')).toBe(true)
    expect(elsewhere('GRANT SELECT ON `blog`.* TO `b`@`localhost`')).toBe(true)
  })
})
