import type { Manifest } from '../../../repository/manifest/manifest'
import type { RereadDatabase } from '../restore/reread-database'
import type { DatabaseRestoreSettings } from '../restore/restore-settings'
import type { DatabaseTargetFacts } from './database-target-facts'
import type { PlannedDatabase } from './planned-database'

/** What is held against a database server before anything is imported into it. */
export interface DatabaseServerRequest {
  settings: Pick<DatabaseRestoreSettings, 'overwrite' | 'safetyBackup' | 'mysql' | 'allowedEntries'>
  databases: readonly PlannedDatabase[]
  /** How many bytes of the disk that is mounted there are for something else. */
  othersTake(mount: string): number
  facts: DatabaseTargetFacts
  manifest: Manifest
  /** Their dumps. */
  sound: readonly RereadDatabase[]
}
