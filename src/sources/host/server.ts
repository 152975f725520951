import { type CleanUpRequest, cleanUp } from '../../server/clean-up'
import type { Job } from '../../server/job'
import { type LockRequest, type ServerLock, takeLock } from '../../server/lock'
import { type CommandRequest, runCommand } from '../../server/run-command'
import type { Connection } from '../../ssh/remote'
import { type ArchiveRequest, openArchive } from '../files/mirror/open-archive'
import { clientLines } from '../mysql/client/client-request'
import { type DumpRequest, openDump } from '../mysql/dump/open-dump'
import type { HostFacts } from './host-facts'
import { type InventoryRequest, inventory } from './inventory'
import type { ServerInventory } from './parse-inventory'
import { type PreflightRequest, preflight } from './preflight'

/**
 * The jobs that a backup runs on the server. Every method is one job of the script, of the same name (`docs/protocol.md`), on a
 * channel of its own.
 */
export interface Server {
  /** Takes the lock named `lock`, or waits for it so long; throws UserError naming the owner when it stays taken. */
  takeLock(request: LockRequest): Promise<ServerLock>
  /** What tools, folders and databases are there. Reads only. */
  inventory(request: InventoryRequest): Promise<ServerInventory>
  /** What a backup would meet on the server; see `preflight.ts`. Reads only. */
  preflight(request: PreflightRequest): Promise<HostFacts>
  /** The dump of one database, compressed. */
  openDump(request: DumpRequest): Promise<Job>
  /** Mirrors the folders, then streams the mirror as a tar archive, compressed. */
  openArchive(request: ArchiveRequest): Promise<Job>
  /** Runs shell text of the user's and returns the lines it printed; see `run-command.ts`. */
  runCommand(request: CommandRequest): Promise<string[]>
  /** Ends what a killed run of this owner left: its processes and its locks. */
  cleanUp(request: CleanUpRequest): Promise<string[]>
}

/** The server at the other end of a connection. */
export function serverOver(connection: Connection): Server {
  return {
    takeLock: request => takeLock(connection, request),
    inventory: request => inventory(connection, request),
    preflight: request => preflight(connection, request, clientLines(request)),
    openDump: request => openDump(connection, request),
    openArchive: request => openArchive(connection, request),
    runCommand: request => runCommand(connection, request),
    cleanUp: request => cleanUp(connection, request),
  }
}
