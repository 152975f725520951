import type { HostNames } from './route'

/** The facts for the message about a failed connection, apart from the error. No secrets. */
export interface DialFacts {
  names: HostNames
  /** The name of the jump host, if there is one. */
  through: string | undefined
  /** The client key that was offered: type and fingerprint. */
  offeredKey: string | undefined
  /** The types of host keys that may be pinned and were not seen, once another key was. */
  undecided: readonly string[]
  attempts: number
}
