import { parseInventory } from '../../../../../src/sources/mysql/inventory/parse-inventory'

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
const row = (...fields: string[]) => `${fields.join('\t')}\n`

describe('parseInventory', () => {
  it('reads from the row of a table whether it is encrypted, where that was asked', () => {
    const table = (...fields: string[]) =>
      row('table', hex('shop'), hex('orders'), 'BASE TABLE', 'InnoDB', '1', ...fields)
    const traitsOf = (...fields: string[]) =>
      parseInventory(
        row('server', hex('10.11.6-MariaDB'), hex('')) +
          row('database', hex('shop'), 'utf8mb4', 'utf8mb4_bin') +
          table(...fields),
      ).inventory.databases[0]?.traits
    expect(traitsOf('1')).toEqual([
      { trait: 'encrypted-tables', table: 'orders', name: 'orders', statement: undefined },
    ])
    for (const fields of [['0'], ['NULL'], []]) expect(traitsOf(...fields)).toBeUndefined()
  })

  it('reads names of any kind', () => {
    const name = 'a\tb\n`☃`'
    const found = parseInventory(
      row('os', 'Debian GNU/Linux 12') +
        row('dump-tool', 'mysqldump  Ver 8.0.46') +
        row('server', hex('8.0.46'), hex('MySQL Community Server')) +
        row('user', hex('b@localhost')) +
        row('partial_revokes', 'ON') +
        row('grants', hex('GRANT USAGE ON *.* TO `b`@`localhost`\n')) +
        row('visible', hex(name)) +
        row('database', hex(name), 'utf8mb4', 'utf8mb4_0900_ai_ci') +
        row('table', hex(name), hex(name), 'BASE TABLE', 'InnoDB', '16384') +
        row('table', hex(name), hex('v'), 'VIEW', '', '0') +
        row('trigger', hex(name), hex('t'), hex(name)) +
        row('routine', hex(name), hex('p'), 'PROCEDURE', '1') +
        row('event', hex(name), hex('e')) +
        row('definer', hex(name), hex('b@localhost')) +
        row('definer', hex(name), hex('role@')) +
        row('ambiguous', hex(name), 'PROCEDURE', hex('p')) +
        row('accounts-seen', 'db') +
        row(
          'right',
          hex('shop%'),
          hex('site'),
          hex('%'),
          'TABLE',
          hex('t`'),
          hex('c'),
          'Select,Delete versioning rows,Grant',
        ) +
        row('role', hex('editors'), '', hex('site'), hex('%')),
    )
    expect(found.visible).toEqual([name])
    expect(found.inventory).toEqual({
      server: { flavor: 'mysql', version: '8.0.46' },
      dumpTool: 'mysqldump  Ver 8.0.46',
      user: 'b@localhost',
      grants: { lines: ['GRANT USAGE ON *.* TO `b`@`localhost`'], partialRevokes: true },
      accounts: {
        seen: new Set(['db']),
        rights: [
          {
            database: 'shop%',
            account: 'site@%',
            object: { kind: 'TABLE', name: 't`' },
            column: 'c',
            privileges: ['SELECT', 'DELETE HISTORY'],
            isGrantable: true,
          },
        ],
        roles: [{ role: 'editors', member: 'site@%' }],
        defaultRoles: [],
        plugins: new Map(),
      },
      databases: [
        {
          name,
          characterSet: 'utf8mb4',
          collation: 'utf8mb4_0900_ai_ci',
          tables: [
            { name, kind: 'table', engine: 'InnoDB', sizeBytes: 16384 },
            { name: 'v', kind: 'view', engine: '', sizeBytes: 0 },
          ],
          triggers: [{ name: 't', table: name }],
          routines: [{ name: 'p', kind: 'procedure', isReadable: true }],
          events: ['e'],
          definers: ['b@localhost', 'role'],
          ambiguous: ['procedure p'],
        },
      ],
    })
  })

  it.each([
    ['10.11.19-MariaDB-0+deb12u1', 'Debian 12', 'mariadb', '10.11.19'],
    ['5.5.5-10.3.39-MariaDB', '', 'mariadb', '10.3.39'],
    ['8.4.10', 'MySQL Community Server - GPL', 'mysql', '8.4.10'],
    ['5.7.44-48-log', 'Percona Server (GPL)', 'mysql', '5.7.44'],
  ])('knows %s (%s) for %s %s', (version, comment, flavor, plain) => {
    const found = parseInventory(row('server', hex(version), hex(comment)))
    expect(found.inventory?.server).toEqual({ flavor, version: plain })
  })

  it('drops rows of a database that was not asked for, as servers that ignore case in names send them', () => {
    const found = parseInventory(
      row('server', hex('8.0.46'), '') +
        row('database', hex('shop'), 'utf8mb4', 'c') +
        row('event', hex('Shop'), hex('e')),
    )
    expect(found.inventory?.databases[0]?.events).toEqual([])
  })

  it.each([['nonsense'], ['database']])('refuses the line %j', line => {
    expect(() => parseInventory(`${line}\n`)).toThrow('makes no sense')
  })
})

describe('a limit on rows', () => {
  const answer = (limit: string, ...features: string[]) =>
    parseInventory(
      features.map(each => row('feature', each)).join('') +
        row('server', hex('10.11.19-MariaDB'), '') +
        row('row-limit', limit),
    )

  it('counts where the dump tool cannot lift it', () => {
    expect(answer('10', 'ignore-table-data').rowLimit).toBe(10)
    expect(answer('10', 'init-command')).not.toHaveProperty('rowLimit')
  })

  it('is none where the server has its default, or shows none', () => {
    expect(answer('18446744073709551615')).not.toHaveProperty('rowLimit')
    expect(answer('NULL')).not.toHaveProperty('rowLimit')
  })
})
