/** The time limits of a connection, in milliseconds. */
export interface SshTimeouts {
  /** For the TCP connection of one attempt. */
  connectMs: number
  /** From the TCP connection to the end of the login. */
  loginMs: number
  /** The interval of keepalives on a silent link. */
  keepaliveMs: number
  /** After this many intervals in a row without any received byte, the link is dead. */
  keepaliveCount: number
  /** The pauses between attempts; there is one attempt more than pauses. */
  retryMs: readonly number[]
  /** The time for a graceful close. */
  closeMs: number
}

/** Three attempts, and a link that is silent for a minute is dead. */
export const defaultTimeouts: SshTimeouts = {
  connectMs: 10_000,
  loginMs: 20_000,
  keepaliveMs: 15_000,
  keepaliveCount: 4,
  retryMs: [1_000, 3_000],
  closeMs: 1_000,
}
