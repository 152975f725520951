import type { DatabaseAccess } from '../client/database-access'

/** The inputs of a restore, as far as they are about databases. */
export interface DatabaseRestoreSettings {
  mysql: DatabaseAccess
  /** For commands that a person runs. */
  s3: { bucket: string; endpoint?: string }
  /** `name` or `name=target`, not split yet: a name may have a `=` in it. `all`: every one, under its own name. */
  databases: 'all' | readonly string[]
  /** Databases that are there and not empty may be replaced. */
  overwrite: boolean
  /** They are dumped into the bucket before. */
  safetyBackup: boolean
  /** Kinds of things that are refused otherwise. */
  allowedEntries: ReadonlySet<string>
}
