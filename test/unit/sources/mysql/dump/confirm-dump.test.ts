import { confirmDump } from '../../../../../src/sources/mysql/dump/confirm-dump'

const listed = {
  ...{ name: 'shop', characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' },
  ...{ tables: [], triggers: [], routines: [], events: [], definers: [], ambiguous: [] },
}
const dumped = {
  ...{ bytes: 1, sha256: '', longestStatementBytes: 1 },
  ...{ tables: [], views: [], triggers: [], routines: [], events: [] },
}

describe('confirmDump', () => {
  const asked: string[] = []
  const server = (count: string) => ({
    inventory: () => Promise.reject(new Error('They are equal: nothing is listed again.')),
    runSql: async ({ sql }: { sql: string }) => {
      asked.push(sql)
      return `${count}\n`
    },
  })
  const confirm = (count: string, hasNoTriggers: boolean) =>
    confirmDump(
      { server: server(count), access: {} },
      { listed, selection: { excluded: [], structureOnly: [] }, hasNoTriggers },
      dumped,
    )

  it('asks for triggers again where the dump tool did not, and takes none for an answer', async () => {
    await confirm('0', true)
    expect(asked).toEqual([expect.stringContaining('information_schema.TRIGGERS')])
    await expect(confirm('1', true)).rejects.toThrow(/"shop" got its first trigger while it was dumped/)
  })

  it('asks for nothing where the tool did', async () => {
    asked.length = 0
    await confirm('1', false)
    expect(asked).toEqual([])
  })
})
