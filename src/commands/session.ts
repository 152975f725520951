import { createHash, randomBytes } from 'node:crypto'
import type { Repository } from '../repository/repository'
import { abortable } from '../runtime/abortable'
import type { Runtime } from '../runtime/runtime'
import { servedBy } from '../server/installed-copy'
import type { ServerLock } from '../server/lock'
import { type Server, serverOver } from '../server/server'
import type { Connection, SshTarget } from '../ssh/remote'

/** Opens a connection to a server whose host key was checked. */
type Connect = (
  target: SshTarget,
  options: { signal: AbortSignal; survivesAbort?: boolean; onRetry: (message: string) => void },
) => Promise<Connection>

/** What a command needs of the world; tests pass their own. */
export interface CommandTools {
  runtime: Runtime
  repository: Repository
  connect: Connect
}

/** A connected server whose prefix is locked for this run. */
export interface Session {
  readonly server: Server
  readonly connection: Connection
  /** See `ServerLock.served`; undefined also without a lock. */
  readonly served?: string | undefined
  /** Aborted when the run is cancelled, or when the lock is lost because the connection broke. */
  readonly signal: AbortSignal
  /** Releases the lock and closes the connection. Never throws, and does not wait for a dead link. */
  close(): Promise<void>
}

/** Which lock a run takes, and what other runs report as its owner. */
export interface LockIdentity {
  lock: string
  owner: string
}

/** The lock is named after the prefix: two runs that would write to the same slots exclude each other. */
export function lockIdentity({ store, prefix }: Repository, { run, clock }: Runtime): LockIdentity {
  const who = run.id === '' ? 'a run outside GitHub' : `${run.repository} run ${run.id}, attempt ${run.attempt}`
  return {
    lock: createHash('sha256').update(`${store.name}/${prefix}`).digest('hex').slice(0, 16),
    owner: `${who}, since ${clock.now().toISOString()} [${randomBytes(4).toString('hex')}]`,
  }
}

/** Connects, and logs each retry. `survivesAbort`: a cancelled run still needs the connection until it is closed. */
export function openConnection(
  { ssh }: { ssh: SshTarget },
  { runtime, connect }: Omit<CommandTools, 'repository'>,
  options: { survivesAbort?: boolean } = {},
): Promise<Connection> {
  const { log, signal } = runtime
  return connect(ssh, { ...options, signal, onRetry: message => log.info(message) })
}

/** How long to wait for a run that is about to end, or was just cancelled. */
const lockWaitMs = 20_000
const releaseMs = 3_000

/** Connects and takes the lock. A cancelled run still needs both until `close`. */
export async function openSession(
  inputs: { ssh: SshTarget },
  { lock, owner }: LockIdentity,
  tools: Omit<CommandTools, 'repository'>,
  options: { lockWaitMs?: number } = {},
): Promise<Session> {
  const { log, signal } = tools.runtime
  const waitSeconds = Math.ceil((options.lockWaitMs ?? lockWaitMs) / 1000)
  const connection = await openConnection(inputs, tools, { survivesAbort: true })
  log.info(`Connected to ${inputs.ssh.user}@${inputs.ssh.host}, ${connection.serverVersion}; its host key is verified.`)
  const server = serverOver(connection)
  try {
    const held = await abortable(server.takeLock({ lock, owner, waitSeconds }), signal)
    if (held.served !== undefined) log.info(servedBy(held.served))
    for (const dead of held.recovered) log.info(`Took over the lock of a run that is gone: ${dead}.`)
    return sessionOf(connection, server, held, signal)
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Connects without a lock, to read only. */
export async function openReadOnlySession(
  inputs: { ssh: SshTarget },
  tools: Omit<CommandTools, 'repository'>,
): Promise<Session> {
  const { log, signal } = tools.runtime
  const connection = await openConnection(inputs, tools)
  log.info(`Connected to ${inputs.ssh.user}@${inputs.ssh.host}, ${connection.serverVersion}.`)
  return {
    server: serverOver(connection),
    connection,
    signal,
    close: async () => connection.close(),
  }
}

function sessionOf(connection: Connection, server: Server, held: ServerLock, cancelled: AbortSignal): Session {
  const lost = new AbortController()
  held.lost.catch(error => lost.abort(error))
  return {
    server,
    connection,
    served: held.served,
    signal: AbortSignal.any([cancelled, lost.signal]),
    close: async () => {
      await Promise.race([held.release(), new Promise(resolve => setTimeout(resolve, releaseMs).unref())])
      connection.close()
    },
  }
}
