import type { RestoreContext } from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import { type DatabaseServer, databaseServerOver } from '../database-server'
import type { TargetDatabase } from '../target/database-target-facts'
import type { PlannedDatabase } from '../target/planned-database'
import type { ImportTools } from './import-and-compare'
import type { StoredDump } from './import-dump'
import type { RereadDatabase } from './reread-database'
import type { DatabaseRestoreSettings } from './restore-settings'
import type { DatabasesState } from './rollback/database-state'

/** What the steps of a restore of databases share. */
export interface DatabaseWork {
  context: RestoreContext
  settings: DatabaseRestoreSettings
  databases: readonly PlannedDatabase[]
  /** Their dumps. */
  sound: readonly RereadDatabase[]
  /** Facts of the database server; undefined without databases. */
  target: TargetDatabase | undefined
  /** Whether the server has gzip, so that streams are compressed. */
  hasGzip: boolean
  /** For the post step: updated and saved with each change. */
  state: DatabasesState
  /** The stored dumps of what is replaced, by the names of the databases. */
  safety: Map<string, SafetyDump>
}

/** The stored dump of a database that is to be replaced. */
export interface SafetyDump extends StoredDump {
  content: DumpContent
}

/** Over the current connection. */
export function serverOf({ context }: DatabaseWork): DatabaseServer {
  return databaseServerOver(context.connection())
}

/**
 * What an import by this run needs. `signal`: another one for a rollback, which continues when the run is cancelled.
 */
export function importTools(work: DatabaseWork, signal = work.context.signal): ImportTools {
  const { repository, runtime } = work.context
  return { repository, runtime, server: serverOf(work), access: work.settings.mysql, hasGzip: work.hasGzip, signal }
}
