import type { SqlRequest } from '../../../../../src/sources/mysql/client/run-sql'
import { planHistory } from '../../../../../src/sources/mysql/dump/plan-history'
import type { ListedTable } from '../../../../../src/sources/mysql/inventory/inventory'

const table = (name: string, isVersioned = false): ListedTable => ({
  ...{ name, kind: 'table', engine: 'InnoDB', sizeBytes: 0 },
  ...(isVersioned ? { isVersioned } : {}),
})

async function planned(tables: readonly ListedTable[], { canDump = true, byTransactions = 0 } = {}) {
  const asked: string[] = []
  const server = {
    runSql: async ({ sql }: SqlRequest) => {
      asked.push(sql)
      return `${byTransactions}\n`
    },
  }
  const databases = [{ name: 'shop', tables: [...tables] }]
  const plan = await planHistory(server, { access: {}, databases, canDump, signal: new AbortController().signal })
  return { ...plan, asked }
}

describe('planHistory', () => {
  it('asks for nothing where no table keeps its history', async () => {
    expect(await planned([table('orders')], { canDump: false })).toEqual({ options: [], findings: [], asked: [] })
  })

  it('has the tool dump the history where it can', async () => {
    const { options, findings, asked } = await planned([table('orders'), table('price', true)])
    expect({ options, findings }).toEqual({ options: ['--loose-dump-history'], findings: [] })
    expect(asked).toEqual([expect.stringContaining("_utf8 x'73686f70'")])
  })

  it.each([
    [{ canDump: false }, /MariaDB 10\.11/],
    [{ byTransactions: 1 }, /by transactions/],
  ])('names the tables whose history is left out: %j', async (how, why) => {
    const { options, findings } = await planned([table('orders'), table('price', true)], how)
    expect(options).toEqual([])
    expect(findings).toMatchObject([{ code: 'history-left-out', what: expect.stringMatching(/: "shop\.price"\. /) }])
    expect(findings[0]?.what).toMatch(why)
  })
})
