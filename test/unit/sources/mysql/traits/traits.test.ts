import type { DatabaseInventory } from '../../../../../src/sources/mysql/inventory/inventory'
import { packetFor, recordTraits } from '../../../../../src/sources/mysql/traits/record-traits'
import type { ListedTrait, TraitName } from '../../../../../src/sources/mysql/traits/trait'
import { createTablespace, traitWarnings } from '../../../../../src/sources/mysql/traits/trait-warnings'

const listed = (trait: TraitName, table: string | undefined, name: string): ListedTrait => ({
  ...{ trait, table, name, statement: undefined },
})
const table = (name: string, engine = 'InnoDB'): DatabaseInventory['tables'][number] => ({
  ...{ name, kind: 'table', engine, sizeBytes: 0 },
})
interface Request {
  tables?: DatabaseInventory['tables']
  flavor?: 'mariadb' | 'mysql'
  longestStatementBytes?: number
}
const record = (
  traits: ListedTrait[],
  { tables = [table('a'), table('b')], flavor = 'mysql', ...request }: Request = {},
) => recordTraits({ tables, traits }, { ...request, tables: new Set(tables.map(({ name }) => name)), flavor })

describe('recordTraits', () => {
  it('keeps what is of the tables that the dump has, and what is of none', () => {
    const traits = [
      listed('float-columns', 'a', 'a.x'),
      listed('float-columns', 'left out', 'left out.x'),
      listed('named-time-zones', undefined, 'Europe/Berlin'),
    ]
    expect(record(traits)).toEqual([
      { trait: 'named-time-zones', count: 1, names: ['Europe/Berlin'] },
      { trait: 'float-columns', count: 1, names: ['a.x'] },
    ])
    const view = { name: 'v', kind: 'view', engine: '', sizeBytes: 0 } as const
    expect(record([listed('float-columns', 'v', 'v.x')], { tables: [view] })).toEqual([])
  })

  it('names a hundred, counts all, and each once', () => {
    const traits = Array.from({ length: 250 }, (_, index) => listed('float-columns', 'a', `a.c${index % 150}`))
    const [found] = record(traits)
    expect(found).toMatchObject({ count: 150 })
    expect(found?.names).toHaveLength(100)
  })

  it('knows the engines of a stock server', () => {
    const tables = [table('a', 'ROCKSDB'), table('b', 'MyISAM'), table('c', 'Aria')]
    expect(record([], { tables })).toEqual([{ trait: 'foreign-engines', count: 1, names: ['a (ROCKSDB)'] }])
  })

  it.each([
    ['mysql', 64 * 2 ** 20 - 1, undefined],
    ['mysql', 64 * 2 ** 20, 2 ** 27],
    ['mariadb', 16 * 2 ** 20 - 1, undefined],
    ['mariadb', 18_000_000, 2 ** 25],
    ['mysql', 2 ** 30 - 10, 2 ** 30],
  ] as const)(
    'tells of a statement that a stock %s would not take: %i bytes',
    (flavor, longestStatementBytes, packet) => {
      const found = record([], { flavor, longestStatementBytes })
      expect(found.map(({ statements }) => statements?.[0])).toEqual(
        packet === undefined ? [] : [`SET GLOBAL max_allowed_packet=${packet};`],
      )
      if (packet !== undefined) expect(packetFor(longestStatementBytes)).toBe(packet)
    },
  )

  it('has the setting for functions only where a stock server writes a binary log', () => {
    const traits = [listed('unsafe-functions', undefined, 'f')]
    expect(record(traits)[0]?.statements).toEqual(['SET GLOBAL log_bin_trust_function_creators=ON'])
    const [mariadb] = record(traits, { flavor: 'mariadb' })
    expect(mariadb).toEqual({ trait: 'unsafe-functions', count: 1, names: ['f'] })
    expect(traitWarnings(record(traits, { flavor: 'mariadb' }), 'x')).toEqual([])
  })
})

describe('traitWarnings', () => {
  it('says what it is, where, and what to do, with the exact statements', () => {
    const statement = "CREATE OR REPLACE SPATIAL REFERENCE SYSTEM 990001 NAME 'ours' DEFINITION 'x'"
    const traits = record([
      { trait: 'reference-systems', table: 'a', name: '990001', statement },
      listed('loose-foreign-keys', 'a', 'a.to_code'),
      listed('tablespaces', undefined, 'my space'),
      listed('no-primary-key', 'a', 'a'),
    ])
    const warnings = traitWarnings(traits, 'Database "shop"')
    expect(warnings.map(({ code, level }) => [code, level])).toEqual([
      ['loose-foreign-keys', 'warning'],
      ['tablespaces', 'warning'],
      ['reference-systems', 'warning'],
    ])
    expect(warnings[0]?.what).toContain('Database "shop": these foreign keys')
    expect(warnings[0]?.what).toContain('"a.to_code"')
    expect(warnings[1]?.fix).toContain("\nCREATE TABLESPACE `my space` ADD DATAFILE 'my_space.ibd' ENGINE=InnoDB;")
    expect(warnings[2]?.fix).toContain(`\n${statement};`)
  })

  it('passes over what a later version has recorded, and a manifest that recorded nothing', () => {
    expect(traitWarnings([{ trait: 'of tomorrow', count: 1, names: ['x'] }], 'x')).toEqual([])
    expect(traitWarnings(undefined, 'x')).toEqual([])
  })
})

describe('createTablespace', () => {
  it('quotes the name, and makes a plain file of it', () => {
    expect(createTablespace('a`b/../c')).toBe(
      "CREATE TABLESPACE `a``b/../c` ADD DATAFILE 'a_b____c.ibd' ENGINE=InnoDB;",
    )
  })
})
