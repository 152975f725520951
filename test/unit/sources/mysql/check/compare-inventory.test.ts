import { compareInventory, describeDifferences } from '../../../../../src/sources/mysql/check/compare-inventory'
import type { DumpContent } from '../../../../../src/sources/mysql/check/dump-content'
import type { DatabaseInventory } from '../../../../../src/sources/mysql/inventory/inventory'

const listed: DatabaseInventory = {
  name: 'shop',
  definers: [],
  ambiguous: [],
  characterSet: 'utf8mb4',
  collation: 'utf8mb4_general_ci',
  tables: [
    { name: 'orders', kind: 'table', engine: 'InnoDB', sizeBytes: 1 },
    { name: 'cache', kind: 'table', engine: 'InnoDB', sizeBytes: 1 },
    { name: 'ids', kind: 'sequence', engine: 'InnoDB', sizeBytes: 0 },
    { name: 'totals', kind: 'view', engine: '', sizeBytes: 0 },
  ],
  triggers: [
    { name: 'Stamp', table: 'orders' },
    { name: 'flush', table: 'cache' },
  ],
  routines: [
    { name: 'Sum2', kind: 'function', isReadable: true },
    { name: 'pkg', kind: 'package body', isReadable: true },
  ],
  events: ['Nightly'],
}

function dumped(override: Partial<DumpContent> = {}): DumpContent {
  const table = (name: string) => ({ name, bytes: 0, sha256: '' })
  return {
    bytes: 1,
    longestStatementBytes: 1,
    sha256: '',
    tables: [table('orders'), table('cache'), table('ids')],
    views: ['totals'],
    triggers: ['stamp', 'flush'],
    routines: ['function sum2', 'package body pkg'],
    events: ['NIGHTLY'],
    ...override,
  }
}

describe('compareInventory', () => {
  const none = new Set<string>()

  it('finds nothing when both hold the same', () => {
    expect(compareInventory({ listed, dumped: dumped(), excludedTables: none })).toEqual([])
  })

  it('names what is missing on either side, by kind', () => {
    const empty = dumped({
      tables: [],
      views: ['orders'],
      triggers: [],
      routines: ['procedure sum2'],
      events: [],
    })
    expect(compareInventory({ listed, dumped: empty, excludedTables: none })).toEqual([
      { kind: 'table', name: 'orders', missing: 'in the dump' },
      { kind: 'table', name: 'cache', missing: 'in the dump' },
      { kind: 'table', name: 'ids', missing: 'in the dump' },
      { kind: 'view', name: 'totals', missing: 'in the dump' },
      { kind: 'view', name: 'orders', missing: 'on the server' },
      { kind: 'trigger', name: 'Stamp', missing: 'in the dump' },
      { kind: 'trigger', name: 'flush', missing: 'in the dump' },
      { kind: 'routine', name: 'function Sum2', missing: 'in the dump' },
      { kind: 'routine', name: 'package body pkg', missing: 'in the dump' },
      { kind: 'routine', name: 'procedure sum2', missing: 'on the server' },
      { kind: 'event', name: 'Nightly', missing: 'in the dump' },
    ])
  })

  it('expects neither excluded tables nor their triggers', () => {
    const tables = dumped().tables.filter(({ name }) => name !== 'cache')
    const without = dumped({ tables, triggers: ['stamp'] })
    expect(compareInventory({ listed, dumped: without, excludedTables: new Set(['cache']) })).toEqual([])
  })

  it('keeps tables apart that differ in letter case', () => {
    const table = { name: 'Orders', bytes: 0, sha256: '' }
    const other = dumped({ tables: [table, ...dumped().tables.slice(1)] })
    expect(compareInventory({ listed, dumped: other, excludedTables: none })).toEqual([
      { kind: 'table', name: 'orders', missing: 'in the dump' },
      { kind: 'table', name: 'Orders', missing: 'on the server' },
    ])
  })

  it('does not let one trigger stand in for another of the same letters', () => {
    const twins = { ...listed, triggers: [...listed.triggers, { name: 'FLUSH', table: 'orders' }] }
    expect(compareInventory({ listed: twins, dumped: dumped(), excludedTables: none })).toEqual([
      { kind: 'trigger', name: 'FLUSH', missing: 'in the dump' },
    ])
  })
})

describe('describeDifferences', () => {
  const difference = (name: string) => ({ kind: 'table', name, missing: 'in the dump' }) as const

  it('names a few', () => {
    expect(describeDifferences([difference('a\n'), { kind: 'event', name: 'e', missing: 'on the server' }])).toBe(
      'table "a\\x0a" is missing in the dump, event "e" is missing on the server',
    )
  })

  it('counts the rest', () => {
    const many = Array.from({ length: 8 }, (_, index) => difference(`t${index}`))
    expect(describeDifferences(many)).toMatch(/"t4" is missing in the dump and 3 more$/)
  })
})
