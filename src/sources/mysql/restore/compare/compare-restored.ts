import { listed } from '../../../../findings/listed'
import { quotedName } from '../../../../findings/quoted-name'
import type { RecordedDigest } from '../../../../repository/encryption/recorded-digest'
import type { DatabaseArtifact } from '../../../../repository/manifest/manifest'
import { formatCount, plural } from '../../../../runtime/text/format-count'
import { changedTables, compareObjectNames } from '../../check/compare-dump'
import type { DumpContent } from '../../check/dump-content'
import { ValueReading } from '../../check/values/value-reading'
import { databaseCounts } from '../../dump/database-counts'
import { compareTable, type Difference, difference } from './difference'

export interface RestoredRequest {
  /** The expected content. */
  content: DatabaseArtifact['content']
  /** How that records digests. */
  recorded: RecordedDigest
  /** The content of a dump of the restored database. */
  restored: DumpContent
  /** Reads rows as values: those of the stored dump, and those of the restored database, which is dumped once more. */
  values: { stored(into: ValueReading): Promise<unknown>; restored(into: ValueReading): Promise<unknown> }
}

export interface Comparison {
  /** []: none. */
  differences: readonly Difference[]
  /** What was compared, for messages: `16 tables with every row of the dump, 2 views …`. */
  proof: string
}

/**
 * Compares a restored database, as dumped again, with the manifest: each table, view, trigger, routine and event by
 * name, and each row. Rows that are written alike are equal. Where they are not, both dumps are read once more and the
 * rows of those tables compared as values: the same for every version, and for every use of this comparison.
 */
export async function compareRestored(request: RestoredRequest): Promise<Comparison> {
  const { content, recorded, restored, values } = request
  const names = compareObjectNames(content, restored).map(difference)
  const written = changedTables(content, restored, recorded)
  if (written.length === 0) return { differences: names, proof: proofOf(content, [], []) }
  const stored = new ValueReading(new Set(written))
  await values.stored(stored)
  const there = new ValueReading(new Set(written), stored)
  await values.restored(there)
  const rows = written.flatMap(table => compareTable(table, stored.tables.get(table), there.tables.get(table)))
  const changed = new Set(rows.map(({ table }) => table))
  const equal = written.filter(table => !changed.has(table))
  return { differences: [...names, ...rows], proof: proofOf(content, equal, [...changed]) }
}

/** `byValue`: tables whose rows are written differently and are equal. `changed`: tables with other rows. */
function proofOf(
  content: DatabaseArtifact['content'],
  byValue: readonly string[],
  changed: readonly (string | undefined)[],
): string {
  const others = databaseCounts({ ...content, tables: 0 })
    .slice(1)
    .filter(count => !count.startsWith('0 '))
  const tables = plural(content.tables.length, 'table')
  const rows =
    changed.length === 0 ? ' with every row of the dump' : `, ${formatCount(changed.length)} of them with other rows`
  const written =
    byValue.length === 0 ? '' : ` (written differently, with equal values: ${listed(byValue.map(quotedName), 3)})`
  return [`${tables}${rows}${written}`, ...others].join(', ')
}
