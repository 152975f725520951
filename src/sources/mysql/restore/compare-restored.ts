import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import { compareDumpObjects } from '../check/compare-dump'
import type { DumpContent } from '../check/dump-content'
import { databaseCounts } from '../dump/database-counts'
import type { RowFormat } from './row-format'

export interface RestoredRequest {
  /** The expected content. */
  content: DatabaseArtifact['content']
  /** The content of a dump of the restored database. */
  restored: DumpContent
  rowFormat: RowFormat
  /** Reads the stored dump, or dumps the restored database, once more with rows that do not depend on the layout. */
  layoutFree: { stored(): Promise<DumpContent | undefined>; restored(): Promise<DumpContent> }
}

export interface Comparison {
  /** Half sentences; []: no difference. */
  differences: string[]
  /** What is proven, for messages: `16 tables, row by row, 2 views …`. */
  proof: string
  warnings: Finding[]
}

/**
 * Compares a restored database, as dumped again, with the manifest: each table, view, trigger, routine and event by
 * name, and each row. Versions of the dump tools lay out the same rows differently; then both are read without layout.
 */
export async function compareRestored(request: RestoredRequest): Promise<Comparison> {
  const { content, restored, rowFormat } = request
  const others = databaseCounts({ ...content, tables: 0 })
    .slice(1)
    .filter(count => !count.startsWith('0 '))
  const proof = [`${plural(content.tables.length, 'table')} with every row`, ...others].join(', ')
  const differences = compareDumpObjects(content, restored)
  if (differences.length === 0) return { differences, proof, warnings: [] }
  const withoutRows = compareDumpObjects(content, sameRows(content, restored))
  if (rowFormat === 'identical' || withoutRows.length > 0) return { differences, proof: '', warnings: [] }
  return compareLayoutFree(request, proof)
}

/** The same dump as if every row were what the manifest says. */
function sameRows(content: DatabaseArtifact['content'], restored: DumpContent): DumpContent {
  const expected = new Map(content.tables.map(table => [table.name, table]))
  return { ...restored, tables: restored.tables.map(table => expected.get(table.name) ?? table) }
}

async function compareLayoutFree({ layoutFree, rowFormat }: RestoredRequest, proof: string): Promise<Comparison> {
  const stored = await layoutFree.stored()
  const restored = await layoutFree.restored()
  const found = new Map(restored.tables.map(table => [table.name, table]))
  const other = (stored?.tables ?? []).filter(({ name, sha256 }) => found.get(name)?.sha256 !== sha256)
  if (stored !== undefined && other.length === 0) return { differences: [], proof, warnings: [] }
  if (stored === undefined) return { differences: ['the dump could not be read again'], proof: '', warnings: [] }
  const differences = other
    .map(({ name, rows }) => ({ name, rows, there: found.get(name)?.rows }))
    // Servers of one series write rows in the same way.
    .filter(({ rows, there }) => rowFormat === 'same-series' || there !== rows)
    .map(({ name, rows, there }) =>
      there === rows
        ? `table ${JSON.stringify(name)} has other rows`
        : `table ${JSON.stringify(name)} has ${there ?? 'no'} rows, not ${rows}`,
    )
  if (differences.length > 0) return { differences, proof: '', warnings: [] }
  const names = other.map(({ name }) => JSON.stringify(name))
  return {
    differences: [],
    proof: proof.replace('with every row', 'with as many rows'),
    warnings: [
      warning(
        'rows-not-comparable',
        `These tables have as many rows as they should, and some of these are written differently: ${listed(names, 5)}. Another version of the server may be the reason, or something changed them. Check a few of them.`,
      ),
    ],
  }
}
