import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import type { DatabaseInventory } from '../inventory/inventory'
import type { TargetDatabase } from './database-target-facts'

/** Which database of a recovery point is to go where. */
export interface DatabasePart {
  artifact: DatabaseArtifact
  /** The name it gets. */
  target: string
}

/** A database that is to be restored, and what stands under its name. */
export interface PlannedDatabase extends DatabasePart {
  /** What is there under the target's name. `filled`: it holds something. */
  state: 'absent' | 'empty' | 'filled'
  /** Undefined when absent. */
  present: DatabaseInventory | undefined
}

/** What stands under the target's name. `database`: undefined when the database server could not be asked. */
export function plannedDatabase(part: DatabasePart, database: TargetDatabase | undefined): PlannedDatabase {
  const isSame = (name: string) =>
    name === part.target ||
    (database !== undefined && foldsCase(database) && name.toLowerCase() === part.target.toLowerCase())
  const present = database?.found.inventory.databases.find(({ name }) => isSame(name))
  const state = present === undefined ? 'absent' : holdings(present) === '' ? 'empty' : 'filled'
  return { ...part, state, present }
}

/** What a database holds, in words; '' for nothing. */
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

/** To such a server `Shop` and `shop` are one database. */
export function foldsCase({ variables }: Pick<TargetDatabase, 'variables'>): boolean {
  return ['1', '2'].includes(variables.get('lower_case_table_names') ?? '')
}
