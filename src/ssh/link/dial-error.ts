/** Why an attempt to connect came to nothing. */
export type DialFailure =
  /** The name has no address. */
  | 'name'
  /** The resolver did not answer. */
  | 'resolver'
  | 'refused'
  /** No route, reset, or closed before the login. */
  | 'network'
  | 'timeout'
  /** The host key was refused by us, or the server has none of the pinned types. */
  | 'host-key'
  | 'algorithms'
  | 'login'
  | 'protocol'
  /** The jump host does not make the connection. */
  | 'forwarding'
  /** The link to the jump host died. */
  | 'jump-lost'

/** One failed attempt to connect, before it is put into words for the user. */
export class DialError extends Error {
  readonly failure: DialFailure
  /** What the server said before SSH began, if anything; for services that are not SSH, and for servers that are full. */
  readonly greeting: string
  /** Ways to log in that the server still offered when it refused. */
  readonly loginMethods: readonly string[]

  constructor(
    failure: DialFailure,
    message: string,
    facts: { cause?: unknown; greeting?: string; loginMethods?: readonly string[] } = {},
  ) {
    super(message, { cause: facts.cause })
    this.name = 'DialError'
    this.failure = failure
    this.greeting = facts.greeting ?? ''
    this.loginMethods = facts.loginMethods ?? []
  }

  /** Another attempt may succeed: nothing was decided, the network or a busy server was in the way. */
  get isRetryable(): boolean {
    return ['resolver', 'refused', 'network', 'timeout'].includes(this.failure)
  }
}
