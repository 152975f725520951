import type { DrillContext } from '../../drill/drill-part'
import { databaseServerOver } from '../database-server'
import type { ImportTools } from '../restore/import-and-compare'
import type { RereadDatabase } from '../restore/reread-database'
import type { OpenDrillServer } from './open-drill-server'

/** The inputs of a drill, as far as they are about databases. */
export interface DatabaseDrillSettings {
  /** `auto`, `local`, or the name of an image. */
  drillServer: string
  /** Statements of SQL, each of which must return a true value. */
  drillChecks: readonly string[]
  /** Kinds of things that are refused otherwise. */
  allowedEntries: ReadonlySet<string>
}

/** What the steps of one drill of databases share. */
export interface DatabaseDrill extends DrillContext {
  settings: DatabaseDrillSettings
  databases: readonly RereadDatabase[]
  server: OpenDrillServer
}

/** What its imports need. */
export function drillTools({ point, signal, server }: DatabaseDrill): ImportTools {
  const { connection, access } = server
  // Both ends are on one machine.
  const hasGzip = false
  return { repository: point.repository, server: databaseServerOver(connection), access, signal, hasGzip }
}
