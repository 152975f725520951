import type { DrillContext } from '../../drill/drill-part'
import { databaseServerOver } from '../database-server'
import type { ImportTools } from '../restore/import-and-compare'
import type { RereadDatabase } from '../restore/reread-database'
import type { OpenDrillServer } from './open-drill-server'

/** The inputs of a drill, as far as they are about databases. */
export interface DatabaseDrillSettings {
  /** `auto`, `local`, or the name of an image. */
  drillServer: string
  /** SQL statements that must each return a true value. */
  drillChecks: readonly string[]
  /** Kinds of contents that are refused by default. */
  allowedEntries: ReadonlySet<string>
}

/** What the steps of a drill of databases share. */
export interface DatabaseDrill extends DrillContext {
  settings: DatabaseDrillSettings
  databases: readonly RereadDatabase[]
  server: OpenDrillServer
}

/** What an import by a drill needs. */
export function drillTools({ point, runtime, signal, server }: DatabaseDrill): ImportTools {
  const { connection, access } = server
  // Both ends are on the same machine.
  const hasGzip = false
  return { repository: point.repository, runtime, server: databaseServerOver(connection), access, signal, hasGzip }
}
