import type { Connection } from '../ssh/remote'
import { type CleanUpRequest, cleanUp } from './clean-up'
import { type LockRequest, type ServerLock, takeLock } from './lock'
import { type CommandRequest, runCommand } from './run-command'

/**
 * The jobs that every run has for the server, whatever it backs up or restores. Every method is one job of the script,
 * of the same name (`docs/protocol.md`), on a channel of its own.
 */
export interface Server {
  /** Takes the lock named `lock`, or waits for it so long; throws UserError naming the owner when it stays taken. */
  takeLock(request: LockRequest): Promise<ServerLock>
  /** Runs shell text of the user's and returns the lines it printed; see `run-command.ts`. */
  runCommand(request: CommandRequest): Promise<string[]>
  /** Ends what a killed run of this owner left: its processes and its locks. */
  cleanUp(request: CleanUpRequest): Promise<string[]>
}

/** The server at the other end of a connection. */
export function serverOver(connection: Connection): Server {
  return {
    takeLock: request => takeLock(connection, request),
    runCommand: request => runCommand(connection, request),
    cleanUp: request => cleanUp(connection, request),
  }
}
