import type { Finding } from '../../../findings/finding'
import type { DrillContext } from '../../drill/drill-part'
import { referencedDatabases } from '../check/needs/referenced-databases'
import { databaseServerOver } from '../database-server'
import type { ImportTools } from '../restore/import/import-tools'
import type { RereadDatabase } from '../restore/reread-database'
import type { TargetDatabase } from '../target/database-target-facts'
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
  target: TargetDatabase
  warnings: Finding[]
}

/** What an import by a drill needs: the rights of a restore, by the same means. */
export function drillTools(drill: DatabaseDrill): ImportTools {
  const { point, runtime, signal, server, target, databases, settings, warnings } = drill
  const { connection, access } = server
  return {
    ...{ repository: point.repository, runtime, server: databaseServerOver(connection), access, target, signal },
    databases: [
      ...databases.map(({ artifact }) => artifact.database),
      ...referencedDatabases(databases.map(({ needs }) => needs)),
    ],
    areTrusted: settings.allowedEntries.has('statements'),
    // Both ends are on the same machine.
    travel: 'none',
    warn: found => warnings.push(...found),
    // They end with the server.
    accounts: [],
    save: () => {},
  }
}
