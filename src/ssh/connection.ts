import type { Readable, Writable } from 'node:stream'
import { ConnectionPool } from './connection-pool'
import { establish } from './establish'
import type { HostKeyPins } from './host-keys'
import { routeThrough } from './jump-host'
import { defaultTimeouts, type SshTimeouts } from './timeouts'

/** Where to connect, as whom, and which host keys are right. */
export interface SshTarget {
  host: string
  port: number
  user: string
  /** OpenSSH or PEM text, already repaired by `private-key.ts`. */
  privateKey?: string
  passphrase?: string
  password?: string
  hostKeys: HostKeyPins
  /** The host to go through, itself reached directly. It is not shown what is sent to the server. */
  jump?: Omit<SshTarget, 'jump'>
}

/** An authenticated connection to a host whose key was checked. */
export interface Connection {
  /** What the server calls itself (`SSH-2.0-OpenSSH_9.2p1 …`). */
  readonly serverVersion: string
  /** Starts a command through the user's login shell; no terminal, no environment. */
  exec(command: string): Promise<RemoteProcess>
  /** Ends the connection; what still runs on it loses its channels. Never throws. */
  close(): void
}

/** A command running on the server. */
export interface RemoteProcess {
  /** Fails with `UnreadInput` when the process ends before it has read everything. */
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /**
   * How it ended. ssh2 reports a dead link as a normal end of stream, so the absence of a status is an answer of its own:
   * `lost` says why no status came. Never rejects.
   */
  readonly exit: Promise<RemoteExit>
  /** Closes the channel: the server closes the process's pipes. */
  close(): void
}

export type RemoteExit =
  | { kind: 'code'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'lost'; reason: string }

export interface ConnectOptions {
  /** Ends the attempts to connect with `CancelledError`. A connection that stands is not touched by it: `close()` ends that. */
  signal: AbortSignal
  /** Told what went wrong before each further attempt. */
  onRetry?: (message: string) => void
  timeouts?: Partial<SshTimeouts>
}

/**
 * Connects, checks the host key before anything else is sent, and logs in; with a jump host there first, and through it to the
 * server. Throws `UserError` for what an input can mend (host, host key, login), `FailureError` for the network and the server,
 * `CancelledError` on abort. Each says which of the two hosts it is about.
 */
export async function connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const onRetry = options.onRetry ?? (() => {})
  const { signal } = options
  const settings = { timeouts, onRetry }
  if (target.jump === undefined) {
    const first = await establish(target, { ...settings, signal })
    return new ConnectionPool(target.host, first, signal => establish(target, { ...settings, signal }))
  }
  const jump = await establish(target.jump, { ...settings, signal, isJump: true })
  const route = routeThrough(target.jump, jump)
  const behind = { ...target, hostKeys: target.hostKeys.without(jump.hostKey) }
  try {
    const first = await establish(behind, { ...settings, signal, route })
    const another = (signal: AbortSignal) => establish(behind, { ...settings, signal, route })
    return new ConnectionPool(target.host, first, another, () => route.close())
  } catch (error) {
    route.close()
    throw error
  }
}
