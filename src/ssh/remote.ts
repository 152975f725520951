import type { Readable, Writable } from 'node:stream'
import type { HostKeyPins } from './keys/host-keys'

/** The host, the login and the trusted host keys. */
export interface SshTarget {
  host: string
  port: number
  user: string
  /** OpenSSH or PEM text, already repaired by `private-key.ts`. */
  privateKey?: string
  passphrase?: string
  password?: string
  hostKeys: HostKeyPins
  /** The jump host, itself reached directly. It cannot read the traffic to the server. */
  jump?: Omit<SshTarget, 'jump'>
}

/** An authenticated connection to a host with a checked key. */
export interface Connection {
  /** The identification of the server (`SSH-2.0-OpenSSH_9.2p1 …`). */
  readonly serverVersion: string
  /** Starts a command through the user's login shell, without a terminal or environment variables. */
  exec(command: string): Promise<RemoteProcess>
  /** Closes the connection and the channels of everything that still runs on it. Never throws. */
  close(): void
}

/** A command running on the server. */
export interface RemoteProcess {
  /** Fails with `UnreadInput` if the process ends before it has read everything. */
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** How it ended. `lost`: why no status arrived; ssh2 reports a broken link as a normal end. Never rejects. */
  readonly exit: Promise<RemoteExit>
  /** Closes the channel: the server closes the process's pipes. */
  close(): void
}

/** How a command ended. */
export type RemoteExit =
  | { kind: 'code'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'lost'; reason: string }
