import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import type { RestoreItem } from '../../restore-item'
import { databaseCounts } from '../dump/database-counts'
import type { DatabaseInventory } from '../inventory/inventory'
import type { DatabaseRestoreSettings } from '../restore/restore-settings'
import type { TargetDatabase } from './database-target-facts'

/** A database of a recovery point, and its target. */
export interface DatabasePart {
  artifact: DatabaseArtifact
  /** Its new name. */
  target: string
}

/** A database to restore, and what has its name now. */
export interface PlannedDatabase extends DatabasePart {
  /** Of the target. */
  state: 'absent' | 'empty' | 'filled'
  /** Undefined when absent. */
  present: DatabaseInventory | undefined
}

/** `database`: undefined when the database server gave no answer. */
export function plannedDatabase(part: DatabasePart, database: TargetDatabase | undefined): PlannedDatabase {
  const isSame = (name: string) =>
    name === part.target ||
    (database !== undefined && foldsCase(database) && name.toLowerCase() === part.target.toLowerCase())
  const present = database?.found.inventory.databases.find(({ name }) => isSame(name))
  const state = present === undefined ? 'absent' : holdings(present) === '' ? 'empty' : 'filled'
  return { ...part, state, present }
}

/** Counts of the contents of a database; '' when it is empty. */
export function holdings(database: DatabaseInventory): string {
  const tables = database.tables.filter(({ kind }) => kind !== 'view').length
  const counts: [number, string][] = [
    [tables, 'table'],
    [database.tables.length - tables, 'view'],
    [database.routines.length, 'routine'],
    [database.events.length, 'event'],
  ]
  return counts
    .filter(([count]) => count > 0)
    .map(([count, noun]) => plural(count, noun))
    .join(', ')
}

/** Such a server takes `Shop` and `shop` for the same database. */
export function foldsCase({ variables }: Pick<TargetDatabase, 'variables'>): boolean {
  return ['1', '2'].includes(variables.get('lower_case_table_names') ?? '')
}

/** A database as the plan of a restore shows it. */
export function describeDatabase(
  { artifact, target, state, present }: PlannedDatabase,
  { overwrite, safetyBackup }: Pick<DatabaseRestoreSettings, 'overwrite' | 'safetyBackup'>,
): RestoreItem {
  const { content, bytes, database } = artifact
  const counts = databaseCounts({ ...content, tables: content.tables.length })
  const replaced = !overwrite
    ? 'refused, since it must not be overwritten'
    : safetyBackup
      ? 'it is dumped into the bucket, then replaced'
      : 'it is replaced without a dump'
  return {
    ...{ noun: 'database', name: database, target, bytes },
    count: counts[0] ?? '',
    holds: counts.filter(count => !count.startsWith('0 ')).join(', '),
    before:
      present === undefined
        ? 'does not exist'
        : state === 'filled'
          ? `has ${holdings(present)}`
          : 'exists and is empty',
    becomes: { absent: 'it is created', empty: 'it is filled', filled: replaced }[state],
  }
}
