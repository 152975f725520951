import type { RestoreItem } from '../../restore-item'
import { databaseCounts } from '../dump/database-counts'
import type { DatabaseRestoreSettings } from '../restore/restore-settings'
import { holdings, type PlannedDatabase } from './planned-database'

/** A database as the plan of a restore shows it. */
export function describeDatabase(
  { artifact, target, state, present }: PlannedDatabase,
  { overwrite, safetyBackup }: Pick<DatabaseRestoreSettings, 'overwrite' | 'safetyBackup'>,
): RestoreItem {
  const { content, bytes, database } = artifact
  const counts = databaseCounts({ ...content, tables: content.tables.length })
  const replaced = !overwrite
    ? 'refused, since it is not to be overwritten'
    : safetyBackup
      ? 'it is dumped into the bucket, then replaced'
      : 'it is replaced without a dump of it'
  return {
    ...{ noun: 'database', name: database, target, bytes },
    count: counts[0] ?? '',
    holds: counts.filter(count => !count.startsWith('0 ')).join(', '),
    before:
      present === undefined ? 'is not there' : state === 'filled' ? `holds ${holdings(present)}` : 'is there and empty',
    becomes: { absent: 'it is made', empty: 'it is filled', filled: replaced }[state],
  }
}
