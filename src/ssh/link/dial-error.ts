/** Why an attempt to connect failed. */
export type DialFailure =
  /** The name has no address. */
  | 'name'
  /** The resolver did not answer. */
  | 'resolver'
  | 'refused'
  /** No route, reset, or closed before the login. */
  | 'network'
  | 'timeout'
  /** We refused the host key, or the server has none of the pinned types. */
  | 'host-key'
  | 'algorithms'
  | 'login'
  | 'protocol'
  /** The jump host refuses to make the connection. */
  | 'forwarding'
  /** The link to the jump host broke. */
  | 'jump-lost'

/** One failed attempt to connect; `explainDialError` makes the error for the user. */
export class DialError extends Error {
  readonly failure: DialFailure
  /** What the server sent before SSH began, if anything: shows services other than SSH, and overloaded servers. */
  readonly greeting: string
  /** The login methods that the server still offered when it refused. */
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

  /** Another attempt may succeed: the cause was the network or a busy server. */
  get isRetryable(): boolean {
    return ['resolver', 'refused', 'network', 'timeout'].includes(this.failure)
  }
}
