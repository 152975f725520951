import type { Intake } from '../../server/intake'
import type { Job } from '../../server/job'
import type { Connection } from '../../ssh/remote'
import { runSql, type SqlRequest } from './client/run-sql'
import { type DumpRequest, openDump } from './dump/open-dump'
import type { ServerInventory } from './inventory/parse-inventory'
import { type InventoryRequest, takeInventory } from './inventory/take-inventory'
import { type DatabaseHostFacts, type DatabasePreflightRequest, preflightDatabases } from './plan/database-preflight'
import { type ImportRequest, openImport } from './restore/import/open-import'
import {
  type DatabaseTargetFacts,
  type DatabaseTargetRequest,
  databaseTargetFacts,
} from './target/database-target-facts'

/**
 * The jobs for databases. Every method is one job of the script, of the same name (`docs/protocol.md`), on a channel of
 * its own.
 */
export interface DatabaseServer {
  /** What databases are there. Reads only. */
  inventory(request: InventoryRequest): Promise<ServerInventory>
  /** What a dump would meet. Reads only. */
  preflight(request: DatabasePreflightRequest): Promise<DatabaseHostFacts>
  /** The dump of one database, compressed. */
  openDump(request: DumpRequest): Promise<Job>
  /** What the database server has, and can take, where databases are to go. Reads only. */
  targetFacts(request: DatabaseTargetRequest): Promise<DatabaseTargetFacts>
  /** Runs SQL of ours as a script and returns what it printed, without headings. Throws as the client's error says. */
  runSql(request: SqlRequest): Promise<string>
  /** Takes SQL, compressed, into a database. The first statement that fails ends it. */
  openImport(request: ImportRequest): Promise<Intake>
}

/** The database server that the client finds at the other end of a connection. */
export function databaseServerOver(connection: Connection): DatabaseServer {
  return {
    inventory: request => takeInventory(connection, request),
    preflight: request => preflightDatabases(connection, request),
    openDump: request => openDump(connection, request),
    targetFacts: request => databaseTargetFacts(connection, request),
    runSql: request => runSql(connection, request),
    openImport: request => openImport(connection, request),
  }
}
