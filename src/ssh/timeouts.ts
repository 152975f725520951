/** How long a connection waits for what. All in milliseconds. */
export interface SshTimeouts {
  /** For the TCP connection of one attempt. */
  connectMs: number
  /** From there to the end of the login. */
  loginMs: number
  /** How often a silent link is asked whether it lives. */
  keepaliveMs: number
  /** After so many intervals in a row in which nothing at all arrived, the link is dead. */
  keepaliveCount: number
  /** The pauses between attempts; there is one attempt more than pauses. */
  retryMs: readonly number[]
  /** What a link gets to end in good order. */
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
