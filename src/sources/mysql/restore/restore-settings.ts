import type { DatabaseAccess } from '../client/database-access'

/** The inputs of a restore, as far as they are about databases. */
export interface DatabaseRestoreSettings {
  mysql: DatabaseAccess
  /** For commands in messages. */
  s3: { bucket: string; endpoint?: string }
  /** `name` or `name=target`, not split yet: a name may contain `=`. `all`: every database, under its own name. */
  databases: 'all' | readonly string[]
  /** Existing databases that are not empty may be replaced. */
  overwrite: boolean
  /** They are dumped into the bucket before. */
  safetyBackup: boolean
  /** An imported database that differs from its dump is kept. */
  acceptDifferences: boolean
  /** Kinds of contents that are refused by default. */
  allowedEntries: ReadonlySet<string>
}
