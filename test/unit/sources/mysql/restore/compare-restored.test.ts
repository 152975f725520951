import type { TableFingerprint } from '../../../../../src/repository/manifest/manifest'
import type { DumpContent } from '../../../../../src/sources/mysql/check/dump-content'
import { type Comparison, compareRestored } from '../../../../../src/sources/mysql/restore/compare-restored'
import type { RowFormat } from '../../../../../src/sources/mysql/restore/row-format'
import { aDump, contentOf } from '../../../commands/restore/a-restore'

const { content } = aDump()
const same = contentOf(aDump())

const table = (name: string, sha256: string, rows?: number): TableFingerprint => ({
  ...{ name, bytes: 300, sha256 },
  ...(rows === undefined ? {} : { rows }),
})

interface Case {
  restored?: Partial<DumpContent>
  rowFormat?: RowFormat
  /** Tables of both dumps, read without their layout. */
  stored?: TableFingerprint[] | undefined
  again?: TableFingerprint[]
}

/** What the comparison comes to, and how often dumps were read once more for it. */
async function compare({
  restored = {},
  rowFormat = 'unknown',
  ...layoutFree
}: Case): Promise<Comparison & { reads: number }> {
  let reads = 0
  const read = (tables: TableFingerprint[]) => {
    reads++
    return { ...same, tables }
  }
  const comparison = await compareRestored({
    content,
    restored: { ...same, ...restored },
    rowFormat,
    layoutFree: {
      stored: async () => (layoutFree.stored === undefined ? undefined : read(layoutFree.stored)),
      restored: async () => read(layoutFree.again ?? []),
    },
  })
  return { ...comparison, reads }
}

const otherRows = [table('orders', 'x'), ...same.tables.slice(1)]

describe('compareRestored', () => {
  it('has proven every row when everything is equal, by one dump', async () => {
    expect(await compare({ rowFormat: 'identical' })).toEqual({
      differences: [],
      proof: '2 tables with every row, 1 view, 1 trigger, 1 routine, 1 event',
      warnings: [],
      reads: 0,
    })
    expect((await compare({ rowFormat: 'unknown' })).reads).toBe(0)
  })

  it('tells other rows of the same tool at once', async () => {
    const { differences, proof, reads } = await compare({
      rowFormat: 'identical',
      restored: { tables: otherRows },
    })
    expect(differences).toEqual(['table "orders" has other rows'])
    expect({ proof, reads }).toEqual({ proof: '', reads: 0 })
  })

  it.each<[string, Partial<DumpContent>, RegExp]>([
    ['a table', { tables: same.tables.slice(1) }, /^table "orders" is missing$/],
    ['a table too many', { tables: [...same.tables, table('spy', '3')] }, /^table "spy" is unexpected$/],
    ['a view', { views: [] }, /^view "open_orders" is missing$/],
    ['a trigger', { triggers: ['another'] }, /^trigger "orders_log" is missing$/],
    ['a routine', { routines: [] }, /^routine "function tax" is missing$/],
    ['an event', { events: [] }, /^event "tidy" is missing$/],
  ])('tells of any tool what is missing or too much: %s', async (_, restored, difference) => {
    for (const rowFormat of ['identical', 'same-series', 'unknown'] as const) {
      const { differences, reads } = await compare({ rowFormat, restored })
      expect(differences[0]).toMatch(difference)
      expect(reads).toBe(0)
    }
  })

  it('tells what is missing although the rows of another tool differ as well', async () => {
    const { differences } = await compare({ restored: { tables: otherRows, views: [] } })
    expect(differences).toContain('view "open_orders" is missing')
  })

  it('has proven every row of another tool when they are equal without the layout of the dumps', async () => {
    const tables = [table('orders', 'a', 2), table('customers', 'b', 0)]
    const again = [table('customers', 'b', 0), table('orders', 'a', 2)]
    for (const rowFormat of ['same-series', 'unknown'] as const) {
      expect(await compare({ rowFormat, restored: { tables: otherRows }, stored: tables, again })).toEqual({
        differences: [],
        proof: '2 tables with every row, 1 view, 1 trigger, 1 routine, 1 event',
        warnings: [],
        reads: 2,
      })
    }
  })

  it('takes rows that another release of the same series writes differently for other rows', async () => {
    const stored = [table('orders', 'a', 2), table('customers', 'b', 3)]
    const again = [table('orders', 'x', 2), table('customers', 'b', 3)]
    const comparison = await compare({
      rowFormat: 'same-series',
      restored: { tables: otherRows },
      stored,
      again,
    })
    expect(comparison.differences).toEqual(['table "orders" has other rows'])
    expect(comparison).toMatchObject({ proof: '', warnings: [] })
  })

  it('tells how many rows are there where there should be another number', async () => {
    const stored = [table('orders', 'a', 1200), table('customers', 'b', 3)]
    const again = [table('orders', 'c', 1199)]
    const { differences, proof } = await compare({ restored: { tables: otherRows }, stored, again })
    expect(differences).toEqual(['table "orders" has 1199 rows, not 1200', 'table "customers" has no rows, not 3'])
    expect(proof).toBe('')
  })

  it('warns, and claims less, when as many rows are written differently', async () => {
    const stored = Array.from({ length: 7 }, (_, index) => table(`t${index}`, 'a', 1))
    const again = stored.map(({ name }) => table(name, 'b', 1))
    const { differences, proof, warnings } = await compare({ restored: { tables: otherRows }, stored, again })
    expect(differences).toEqual([])
    expect(proof).toBe('2 tables with as many rows, 1 view, 1 trigger, 1 routine, 1 event')
    expect(warnings).toEqual([
      {
        code: 'rows-not-comparable',
        level: 'warning',
        what: 'These tables have as many rows as they should, and some of these are written differently: "t0", "t1", "t2", "t3", "t4" and 2 more. Another version of the server may be the reason, or something changed them. Check a few of them.',
      },
    ])
  })

  it('proves nothing by a dump that cannot be read any more', async () => {
    const { differences, proof } = await compare({ restored: { tables: otherRows }, stored: undefined })
    expect(differences).toEqual(['the dump could not be read again'])
    expect(proof).toBe('')
  })
})
