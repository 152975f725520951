import { type LoginRecord, noLogin } from './login'
import { noHello, type ServerHello } from './server-hello'

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
  /** The server accepted the TCP connection and sent nothing. */
  | 'silent'
  /** The server refuses this address for a while, for what it did before (OpenSSH 9.8, `PerSourcePenalties`). */
  | 'penalty'
  /** Something else than SSH answered. */
  | 'not-ssh'
  /** We refused the host key, or the server has none of the types that were asked for. */
  | 'host-key'
  | 'algorithms'
  | 'login'
  /** The server wants a new password before it lets the user in. */
  | 'password-expired'
  /** The server closed the connection during the login. */
  | 'login-closed'
  | 'protocol'
  /** The jump host refuses to make the connection. */
  | 'forwarding'
  /** The link to the jump host broke. */
  | 'jump-lost'

/** One failed attempt to connect; `explainDialError` makes the error for the user. */
export class DialError extends Error {
  readonly failure: DialFailure
  readonly hello: ServerHello
  readonly login: LoginRecord

  constructor(
    failure: DialFailure,
    message: string,
    facts: { cause?: unknown; hello?: ServerHello; login?: LoginRecord } = {},
  ) {
    super(message, { cause: facts.cause })
    this.name = 'DialError'
    this.failure = failure
    this.hello = facts.hello ?? noHello
    this.login = facts.login ?? noLogin
  }

  /** Another attempt may succeed: the cause was the network or a busy server. */
  get isRetryable(): boolean {
    if (this.failure === 'login-closed') return this.login.refusals === 0
    return ['resolver', 'refused', 'network', 'timeout', 'silent', 'penalty'].includes(this.failure)
  }
}
