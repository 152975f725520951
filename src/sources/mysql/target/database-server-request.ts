import type { Manifest } from '../../../repository/manifest/manifest'
import type { TargetFacts } from '../../host/parse-target'
import type { DatabaseAccess } from '../client/database-access'
import type { RereadDatabase } from '../restore/reread-database'
import type { PlannedDatabase } from './planned-database'

/** What is held against a database server before anything is imported into it. */
export interface DatabaseServerRequest {
  inputs: {
    overwrite: boolean
    safetyBackup: boolean
    mysql: DatabaseAccess
    allowedEntries: ReadonlySet<string>
  }
  databases: readonly PlannedDatabase[]
  /** What else is restored takes so many bytes of the disk that is mounted there. */
  bytesBeside(mount: string | undefined): number
  facts: TargetFacts
  manifest: Manifest
  reread: { databases: readonly RereadDatabase[] }
}
