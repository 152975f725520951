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

/** What the steps of one restore of databases share. */
export interface DatabaseWork {
  context: RestoreContext
  settings: DatabaseRestoreSettings
  databases: readonly PlannedDatabase[]
  /** Their dumps. */
  sound: readonly RereadDatabase[]
  /** What the database server said of itself; undefined when there are no databases. */
  target: TargetDatabase | undefined
  /** The server can unpack gzip, so streams travel small. */
  hasGzip: boolean
  /** For the post step: changed as things are done, and saved then. */
  state: DatabasesState
  /** The dumps of what is replaced, by the names of the databases, as they are stored. */
  safety: Map<string, SafetyDump>
}

/** What a database held before it was replaced, and where that is stored. */
export interface SafetyDump extends StoredDump {
  content: DumpContent
}

/** Over the connection in use now. */
export function serverOf({ context }: DatabaseWork): DatabaseServer {
  return databaseServerOver(context.connection())
}

/** What an import by this run needs; `signal` ends it. */
export function importTools(work: DatabaseWork, signal: AbortSignal): ImportTools {
  const { context, settings, hasGzip } = work
  const { repository } = context
  return { repository, server: serverOf(work), access: settings.mysql, hasGzip, signal }
}
