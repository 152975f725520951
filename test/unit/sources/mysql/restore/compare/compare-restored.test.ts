import { plainDigest } from '../../../../../../src/repository/encryption/recorded-digest'
import type { DatabaseArtifact } from '../../../../../../src/repository/manifest/manifest'
import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import type { DumpContent } from '../../../../../../src/sources/mysql/check/dump-content'
import type { ValueReading } from '../../../../../../src/sources/mysql/check/values/value-reading'
import { type Comparison, compareRestored } from '../../../../../../src/sources/mysql/restore/compare/compare-restored'
import { mysqlDump, rows, table } from '../../dumps'

function read(dump: string, values?: ValueReading): DumpContent {
  const check = checkDump(values === undefined ? {} : { values })
  check.write(Buffer.from(dump))
  return check.finish()
}

function contentOf(dump: DumpContent): DatabaseArtifact['content'] {
  const { bytes, sha256, tables, views, triggers, routines, events } = dump
  return {
    ...{ bytes, sha256, tables, views: views.length, triggers: triggers.length, routines: routines.length },
    ...{ events: events.length, objects: { views, triggers, routines, events } },
    ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_bin' },
  }
}

interface Case {
  stored?: string
  restored?: string
  /** Names that the second dump has. */
  found?: Partial<DumpContent>
}

const audit = (documents: readonly string[], { id = 0 } = {}) =>
  mysqlDump(
    `CREATE TABLE \`audit\` (\n  \`id\` int NOT NULL,\n  \`doc\` json DEFAULT NULL\n) ENGINE=InnoDB;\n${rows(
      'audit',
      `INSERT INTO \`audit\` VALUES ${documents.map((text, at) => `(${id + at + 1},'${text}')`).join(',')};\n`,
    )}${table('orders')}`,
  )
const stored = audit(['1.10', '[2]', 'null'])

/** The comparison, and how often a dump was read once more for it. */
async function compare({ restored = stored, found = {}, ...one }: Case): Promise<Comparison & { reads: number }> {
  const dump = one.stored ?? stored
  let reads = 0
  const more = (text: string) => async (values: ValueReading) => {
    reads++
    read(text, values)
  }
  const content = contentOf({ ...read(dump), views: ['open_orders'] })
  const comparison = await compareRestored({
    ...{ content, recorded: plainDigest },
    restored: { ...read(restored), views: ['open_orders'], ...found },
    values: { stored: more(dump), restored: more(restored) },
  })
  return { ...comparison, reads }
}

const inWords = ({ differences }: Comparison) => differences.map(({ difference }) => difference)

describe('compareRestored', () => {
  it('has compared every row when everything is written alike, by one dump', async () => {
    expect(await compare({})).toEqual({
      differences: [],
      proof: '2 tables with every row of the dump, 1 view',
      reads: 0,
    })
  })

  it('compares values where rows are written differently, whatever the version, and says which tables', async () => {
    const { differences, proof, reads } = await compare({ restored: audit(['1.1', '[ 2 ]', 'null']) })
    expect(differences).toEqual([])
    expect(reads).toBe(2)
    expect(proof).toBe('2 tables with every row of the dump (written differently, with equal values: "audit"), 1 view')
  })

  it('finds a row that changed among rows that are only written differently: how many, where, not what', async () => {
    const found = await compare({ restored: audit(['1.1', '[3]', 'null']) })
    expect(found).toEqual({
      differences: [
        {
          difference: 'table "audit" has other values in 1 of 3 rows in column "doc"; the first is row 2',
          ...{ table: 'audit', rows: 3, restoredRows: 3, otherRows: 1, firstRow: 2, columns: ['doc'] },
        },
      ],
      proof: '2 tables, 1 of them with other rows, 1 view',
      reads: 2,
    })
  })

  it.each([
    ['a row is missing', ['1.10', '[2]'], 'table "audit" has 2 rows, not 3'],
    [
      'there is one more',
      ['1.10', '[2]', 'null', '4'],
      'table "audit" has 4 rows, not 3, 1 of them not in the dump; the first is row 4',
    ],
  ])('tells how many rows are there when %s', async (_, documents, difference) => {
    expect(inWords(await compare({ restored: audit(documents) }))).toEqual([difference])
  })

  it('names columns that changed', async () => {
    expect(inWords(await compare({ restored: audit(['1.10', '[2]', 'true'], { id: 10 }) }))).toEqual([
      'table "audit" has other values in 3 of 3 rows in columns "id", "doc"; the first is row 1',
    ])
  })

  const { tables } = read(stored)
  it.each<[string, Partial<DumpContent>, RegExp]>([
    ['a table', { tables: tables.slice(1) }, /^table "audit" is missing$/],
    ['a table too many', { tables: [...tables, { name: 'spy', bytes: 0, sha256: '' }] }, /^table "spy" is unexpected$/],
    ['a view', { views: [] }, /^view "open_orders" is missing$/],
    ['a trigger', { triggers: ['another'] }, /^trigger "another" is unexpected$/],
  ])('tells what is missing or too much: %s', async (_, found, difference) => {
    const { differences, reads } = await compare({ found })
    expect(differences).toEqual([{ difference: expect.stringMatching(difference) }])
    expect(reads).toBe(0)
  })

  it('tells what is missing, and other rows as well', async () => {
    const comparison = await compare({ restored: audit(['1.1', '[3]', 'null']), found: { views: [] } })
    expect(inWords(comparison)).toEqual(['view "open_orders" is missing', expect.stringMatching(/other values in 1/)])
  })

  it('throws when the stored dump cannot be read any more', async () => {
    const content = contentOf(read(stored))
    const gone = compareRestored({
      ...{ content, recorded: plainDigest },
      restored: read(audit(['2'])),
      values: { stored: () => Promise.reject(new Error('It was replaced.')), restored: async () => {} },
    })
    await expect(gone).rejects.toThrow('It was replaced.')
  })
})
