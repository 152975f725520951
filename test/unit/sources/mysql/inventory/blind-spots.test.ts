import { sentenceOf } from '../../../../../src/findings/finding'
import {
  type BlindSpot,
  blindSpotProblems,
  checkBlindSpots,
  findBlindSpots,
  optionsAround,
  type SightRequest,
} from '../../../../../src/sources/mysql/inventory/blind-spots'
import { parseGrants } from '../../../../../src/sources/mysql/inventory/grants'

interface Case extends Partial<Omit<SightRequest, 'grants'>> {
  /** `SELECT ON shop.*`, as a right of `backup`@`localhost`. */
  rights?: readonly string[]
  /** Whole lines, in place of `rights`. */
  lines?: readonly string[]
  partialRevokes?: boolean
}

function find({ rights = [], lines, partialRevokes = false, ...overrides }: Case): BlindSpot[] {
  const flavor = overrides.flavor ?? 'mariadb'
  const granted = lines ?? rights.map(right => `GRANT ${right} TO \`backup\`@\`localhost\``)
  return findBlindSpots({
    flavor,
    version: '10.11.19',
    user: 'backup@localhost',
    database: 'shop',
    ...overrides,
    grants: parseGrants(granted, { flavor, partialRevokes }),
  })
}

const grantsOf = (spots: readonly BlindSpot[]) => Object.fromEntries(spots.map(spot => [spot.kind, spot.grant]))
const kindsOf = (spots: readonly BlindSpot[]) => spots.map(({ kind }) => kind)

const onDatabase = 'SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON `shop`.*'
const mysql8 = { flavor: 'mysql', version: '8.4.10' } as const

describe('findBlindSpots', () => {
  it.each([
    ['MariaDB 10.11', { rights: [onDatabase, 'SELECT ON `mysql`.`proc`'] }],
    ['MariaDB with all of mysql', { rights: [onDatabase, 'SELECT ON `mysql`.*'] }],
    [
      'MariaDB 11.4',
      { version: '11.4.2', rights: ['SELECT, SHOW VIEW, TRIGGER, EVENT, SHOW CREATE ROUTINE ON `shop`.*'] },
    ],
    ['MariaDB 11.4 by mysql.proc', { version: '11.4.2', rights: [onDatabase, 'SELECT ON `mysql`.`proc`'] }],
    ['MySQL 5.7', { flavor: 'mysql', version: '5.7.44', rights: [onDatabase, 'SELECT ON `mysql`.`proc`'] }],
    ['MySQL 8.0.11', { flavor: 'mysql', version: '8.0.11', rights: [onDatabase, 'SELECT ON *.*'] }],
    ['MySQL 8.4', { ...mysql8, rights: [onDatabase, 'SHOW_ROUTINE ON *.*'] }],
    ['MySQL 9 by SELECT on everything', { flavor: 'mysql', version: '9.4.0', rights: [onDatabase, 'SELECT ON *.*'] }],
    ['root', { rights: ['ALL PRIVILEGES ON *.*'] }],
  ] satisfies [string, Case][])('finds none for a user with the rights of the manual: %s', (_, request) => {
    expect(find(request)).toEqual([])
  })

  it('names the exact GRANT for every kind', () => {
    expect(grantsOf(find({ rights: ['SELECT ON `shop`.*'] }))).toEqual({
      triggers: "GRANT TRIGGER ON `shop`.* TO 'backup'@'localhost';",
      routines: "GRANT SELECT ON `mysql`.`proc` TO 'backup'@'localhost';",
      events: "GRANT EVENT ON `shop`.* TO 'backup'@'localhost';",
      views: "GRANT SHOW VIEW ON `shop`.* TO 'backup'@'localhost';",
    })
  })

  it.each([
    ['mysql', '5.7.44', 'SELECT ON `mysql`.`proc`'],
    ['mysql', '8.0.19', 'SELECT ON *.*'],
    ['mysql', '8.0.20', 'SHOW_ROUTINE ON *.*'],
    ['mysql', '8.4.10', 'SHOW_ROUTINE ON *.*'],
    ['mysql', '9.4.0', 'SHOW_ROUTINE ON *.*'],
    ['mariadb', '10.3.39', 'SELECT ON `mysql`.`proc`'],
    ['mariadb', '11.2.6', 'SELECT ON `mysql`.`proc`'],
    ['mariadb', '11.3.0', 'SHOW CREATE ROUTINE ON `shop`.*'],
    ['mariadb', '12.0.2', 'SHOW CREATE ROUTINE ON `shop`.*'],
  ] as const)('asks for routines on %s %s by %s', (flavor, version, right) => {
    const spots = find({ flavor, version, rights: [onDatabase] })
    expect(grantsOf(spots)).toEqual({ routines: `GRANT ${right} TO 'backup'@'localhost';` })
  })

  it('takes neither SELECT on the database nor EXECUTE for the right to read routines', () => {
    expect(kindsOf(find({ ...mysql8, rights: [onDatabase, 'EXECUTE ON `shop`.*'] }))).toEqual(['routines'])
  })

  it('sees a partial revoke: SELECT on everything but this database shows no routines of it', () => {
    const lines = [
      'GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON *.* TO `backup`@`localhost`',
      'REVOKE SELECT, TRIGGER ON `shop`.* FROM `backup`@`localhost`',
    ]
    expect(grantsOf(find({ ...mysql8, lines, partialRevokes: true }))).toEqual({
      triggers: "GRANT TRIGGER ON `shop`.* TO 'backup'@'localhost';",
      routines: "GRANT SHOW_ROUTINE ON *.* TO 'backup'@'localhost';",
      views: "GRANT SELECT ON `shop`.* TO 'backup'@'localhost';",
    })
    expect(find({ ...mysql8, lines, partialRevokes: true, database: 'blog' })).toEqual([])
  })

  it.each([
    ['backup@localhost', "'backup'@'localhost'"],
    ['@localhost', "''@'localhost'"],
    ['a@b@%', "'a@b'@'%'"],
    ["o'x\\y`@10.%", "`o'x\\y```@'10.%'"],
  ])('writes the account %s as %s', (user, written) => {
    expect(grantsOf(find({ user, rights: ['SELECT, SHOW VIEW, TRIGGER ON `shop`.*', 'SELECT ON `mysql`.*'] }))).toEqual(
      {
        events: `GRANT EVENT ON \`shop\`.* TO ${written};`,
      },
    )
  })

  it('quotes the database, and keeps its wildcards from being any', () => {
    const spots = find({ database: 'my_`shop', rights: [] })
    expect(grantsOf(spots)['events']).toBe("GRANT EVENT ON `my\\_``shop`.* TO 'backup'@'localhost';")
  })

  it('grants where the user has its rights already: a second entry would hide them', () => {
    const spots = find({ database: 'sh_op', rights: ['SELECT ON `sh_op`.*'] })
    expect(grantsOf(spots)['triggers']).toBe("GRANT TRIGGER ON `sh_op`.* TO 'backup'@'localhost';")
  })

  it('grants on each of the patterns that overlap on MySQL', () => {
    const rights = ['SELECT ON `wp_%`.*', 'SELECT ON `wp\\_shop`.*']
    expect(grantsOf(find({ ...mysql8, database: 'wp_shop', rights }))['events']).toBe(
      "GRANT EVENT ON `wp_%`.* TO 'backup'@'localhost'; GRANT EVENT ON `wp\\_shop`.* TO 'backup'@'localhost';",
    )
  })
})

describe('findBlindSpots with the objects that are listed', () => {
  const base = ['SELECT, EVENT ON `shop`.*', 'SELECT ON `mysql`.`proc`']
  const orders = { name: 'orders', kind: 'table' } as const
  const items = { name: 'items', kind: 'table' } as const
  const totals = { name: 'totals', kind: 'view' } as const

  it('sees the triggers of tables that each have the right', () => {
    const rights = [...base, 'TRIGGER ON `shop`.`orders`', 'SHOW VIEW ON `shop`.`totals`']
    expect(find({ rights, tables: [orders, totals] })).toEqual([])
    expect(kindsOf(find({ rights, tables: [orders, items, totals] }))).toEqual(['triggers'])
    expect(kindsOf(find({ rights }))).toEqual(['triggers', 'views'])
  })

  it('misses no view where all are listed and there is none', () => {
    expect(kindsOf(find({ rights: base, tables: [orders] }))).toEqual(['triggers'])
  })

  it('names the views that a dump would fail at', () => {
    const [, views] = find({ rights: base, tables: [orders, totals] })
    expect(views).toMatchObject({ kind: 'views', unreadable: ['totals'], hidesTables: false })
  })

  it('trusts no list of tables that SELECT on single ones has made', () => {
    const rights = ['SELECT, SHOW VIEW, TRIGGER ON `shop`.`orders`', 'EVENT ON `shop`.*', 'SELECT ON `mysql`.`proc`']
    const spots = find({ rights, tables: [orders] })
    expect(spots).toMatchObject([{ kind: 'views', unreadable: [], hidesTables: true }])
    expect(grantsOf(spots)).toEqual({ views: "GRANT SELECT, SHOW VIEW ON `shop`.* TO 'backup'@'localhost';" })
  })

  const readable = { name: 'p', kind: 'procedure', isReadable: true }
  const foreign = { name: 'f', kind: 'function', isReadable: false }

  it.each(['EXECUTE', 'ALTER ROUTINE', 'CREATE ROUTINE', 'ALL PRIVILEGES'])(
    'misses no routine where %s shows all of them and each can be read, as for the owner of the database',
    privilege => {
      const owner = {
        ...mysql8,
        rights: [`SELECT, SHOW VIEW, TRIGGER, EVENT ON \`shop\`.*`, `${privilege} ON \`shop\`.*`],
      }
      expect(find({ ...owner, routines: [readable] })).toEqual([])
      expect(find({ ...owner, routines: [] })).toEqual([])
      expect(kindsOf(find(owner))).toEqual(['routines'])
    },
  )

  it('names the routines that a dump would fail at', () => {
    const rights = ['ALL PRIVILEGES ON `shop`.*']
    expect(find({ rights, routines: [readable, foreign] })).toMatchObject([
      { kind: 'routines', unreadable: ['function f'] },
    ])
  })

  it('trusts no list of routines without such a right, however readable', () => {
    expect(kindsOf(find({ rights: [onDatabase], routines: [readable] }))).toEqual(['routines'])
    expect(kindsOf(find({ rights: [onDatabase], routines: [] }))).toEqual(['routines'])
  })
})

describe('judgeBlindSpots', () => {
  const spots = find({ rights: ['SELECT, SHOW VIEW ON `shop`.*'] })

  it('refuses all that were not allowed', () => {
    const { refused, warnings } = checkBlindSpots(spots, new Set())
    expect(kindsOf(refused)).toEqual(['triggers', 'routines', 'events'])
    expect(warnings).toEqual([])
  })

  it('tells of what was allowed, kind and database and how to end it', () => {
    const { refused, warnings } = checkBlindSpots(spots, new Set(['routines', 'events', 'views']))
    expect(kindsOf(refused)).toEqual(['triggers'])
    expect(warnings.map(({ code }) => code)).toEqual(['blind-spot', 'blind-spot'])
    expect(warnings.map(sentenceOf)).toEqual([
      expect.stringMatching(/routines of "shop".*GRANT SELECT ON `mysql`\.`proc` TO 'backup'@'localhost';$/),
      expect.stringMatching(/events of "shop".*GRANT EVENT ON `shop`\.\* TO/),
    ])
  })

  it('tells that tables may be unseen, too', () => {
    const single = find({ rights: ['SELECT ON `shop`.`orders`'] })
    const { warnings } = checkBlindSpots(single, new Set(['views']))
    expect(warnings[0]?.what).toContain('tables and views')
  })
})

describe('blindSpotProblems', () => {
  it('gives one statement for each object, with every right that is lacking there', () => {
    const refused = ['shop', 'blog'].flatMap(database =>
      find({ ...mysql8, database, rights: ['SELECT ON `shop`.*', 'SELECT, SHOW VIEW, TRIGGER ON `blog`.*'] }),
    )
    const [problem, ...others] = blindSpotProblems(refused)
    const [advice, ...statements] = problem?.fix?.split('\n') ?? []
    expect(others).toEqual([])
    expect(statements).toEqual([
      "GRANT TRIGGER, EVENT, SHOW VIEW ON `shop`.* TO 'backup'@'localhost';",
      "GRANT SHOW_ROUTINE ON *.* TO 'backup'@'localhost';",
      "GRANT EVENT ON `blog`.* TO 'backup'@'localhost';",
    ])
    expect(problem?.what).toContain('triggers, routines, events, views of "shop"; routines, events of "blog"')
    expect(advice).toContain('"allow-blind-spots"')
    expect(advice).toContain('triggers routines events views')
  })

  it('has nothing to say of none', () => {
    expect(blindSpotProblems([])).toEqual([])
  })
})

describe('optionsAround', () => {
  it('skips what a dump would fail at, and nothing that it can take', () => {
    expect(optionsAround(find({ rights: ['SELECT, SHOW VIEW ON `shop`.*'] }))).toEqual(['--skip-events'])
    const routines = [{ name: 'f', kind: 'function', isReadable: false }]
    expect(optionsAround(find({ rights: ['ALL PRIVILEGES ON `shop`.*'], routines }))).toEqual(['--skip-routines'])
    expect(optionsAround([])).toEqual([])
  })
})
