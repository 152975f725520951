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
  /**
   * The same while the server refuses this address for what it did before. OpenSSH 9.8 does so for 15 s at least, and for
   * as long as all its penalties add up to.
   */
  penaltyMs: readonly number[]
  /** The pause before each look at another key of a server that cannot be trusted: a second is what one look costs. */
  showPauseMs: number
  /** The time for a graceful close. */
  closeMs: number
}

/** Three attempts, up to a minute of waiting for a penalty to end, and a link that is silent for a minute is dead. */
export const defaultTimeouts: SshTimeouts = {
  connectMs: 10_000,
  loginMs: 20_000,
  keepaliveMs: 15_000,
  keepaliveCount: 4,
  retryMs: [1_000, 3_000],
  penaltyMs: [10_000, 20_000, 30_000],
  showPauseMs: 3_000,
  closeMs: 1_000,
}
