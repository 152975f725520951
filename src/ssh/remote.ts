import type { Readable, Writable } from 'node:stream'
import type { HostKeyPins } from './keys/host-keys'

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

/** How a command ended. */
export type RemoteExit =
  | { kind: 'code'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'lost'; reason: string }
