import { setTimeout as sleep } from 'node:timers/promises'
import { type ParsedKey, utils } from 'ssh2'
import { CancelledError, UserError } from '../../runtime/errors'
import { fingerprintOf, type HostKeyAlgorithm } from '../keys/host-keys'
import { keyTypeOf } from '../keys/key-blob'
import { DialError } from '../link/dial-error'
import { type Link, openLink } from '../link/link'
import { Login } from '../link/login'
import type { SshTarget } from '../remote'
import type { SshTimeouts } from '../timeouts'
import { explainDialError } from './explain-dial-error'
import { hostKeyError } from './host-key-error'
import { HostKeySearch } from './host-key-search'
import { directRoute, type HostNames, hostNames, type Route } from './route'

export interface DialerOptions {
  timeouts: SshTimeouts
  /** Called before each retry, with the reason. */
  onRetry: (message: string) => void
  /** The route to the target; direct by default. */
  route?: Route
  /** The target is the jump host. */
  isJump?: boolean
}

/** Makes links to one host, and remembers which type of host key is the pinned one. */
export class Dialer {
  readonly #target: SshTarget
  readonly #key: ParsedKey | undefined
  readonly #timeouts: SshTimeouts
  readonly #onRetry: (message: string) => void
  readonly #route: Route
  readonly #names: HostNames
  #pinnedType: string | undefined

  /** Throws `UserError` if the private key of the target is not usable. */
  constructor(target: SshTarget, { timeouts, onRetry, route = directRoute, isJump = false }: DialerOptions) {
    this.#target = target
    this.#key = parseOwnKey(target)
    this.#timeouts = timeouts
    this.#onRetry = onRetry
    this.#route = route
    this.#names = hostNames(target, route.through, isJump)
  }

  /**
   * A link with checked host key and finished login. Retries failures of the network or of a busy server, but not a wrong
   * host key or a refused login. Throws `UserError`, `FailureError` or `CancelledError`.
   */
  async link(signal: AbortSignal): Promise<Link> {
    const search = new HostKeySearch(this.#target, this.#pinnedType)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#trusted(search, signal)
      } catch (error) {
        if (!(error instanceof DialError)) throw error
        const pauses = error.failure === 'penalty' ? this.#timeouts.penaltyMs : this.#timeouts.retryMs
        const pause = pauses[attempt - 1]
        if (!error.isRetryable || pause === undefined) throw this.#explain(error, search, attempt)
        this.#onRetry(
          `Connecting to ${this.#names.where} failed: ${error.message}. Attempt ${attempt + 1} of ${pauses.length + 1} in ${pause / 1000} s.`,
        )
        await pauseFor(pause, signal)
      }
    }
  }

  /** Most servers have several keys: the pinned one may not be the first that is shown. */
  async #trusted(search: HostKeySearch, signal: AbortSignal): Promise<Link> {
    for (let algorithms = search.next(); algorithms !== undefined; algorithms = search.next()) {
      const link = await this.#dial(algorithms, search, signal)
      if (link === undefined) continue
      this.#pinnedType = keyTypeOf(link.hostKey)
      return link
    }
    await this.#showOthers(search, signal)
    throw hostKeyError(this.#target, this.#names, search)
  }

  /** Undefined when the server has no key of these types, or one that is not trusted: `search` knows it then. */
  async #dial(
    algorithms: readonly HostKeyAlgorithm[],
    search: HostKeySearch,
    signal: AbortSignal,
  ): Promise<Link | undefined> {
    const { host, port, hostKeys } = this.#target
    let refused: Buffer | undefined
    try {
      return await this.#open(algorithms, signal, offered => {
        const isTrusted = hostKeys.check(host, port, offered) === 'trusted'
        if (!isTrusted) refused = Buffer.from(offered)
        return isTrusted
      })
    } catch (error) {
      if (!(error instanceof DialError) || error.failure !== 'host-key') throw error
      search.learn(error.hello, refused)
      if (search.isHopeless) throw new DialError('algorithms', error.message, { cause: error, hello: error.hello })
      return undefined
    }
  }

  /** Looks at the other keys of a server that cannot be trusted, only to name them. Gives up where it fails. */
  async #showOthers(search: HostKeySearch, signal: AbortSignal): Promise<void> {
    for (const type of search.unseen) {
      await pauseFor(this.#timeouts.showPauseMs, signal)
      let shown: Buffer | undefined
      try {
        await this.#open(search.show(type), signal, offered => {
          shown = Buffer.from(offered)
          return false
        })
      } catch (error) {
        if (!(error instanceof DialError)) throw error
        if (shown === undefined) return
        search.learn(error.hello, shown)
      }
    }
  }

  async #open(
    hostKeyAlgorithms: readonly (HostKeyAlgorithm | 'ssh-rsa')[],
    signal: AbortSignal,
    verifyHostKey: (key: Buffer) => boolean,
  ): Promise<Link> {
    const { host, port, user, password } = this.#target
    const timeouts = this.#timeouts
    const socket = await this.#route.open(host, port, timeouts.connectMs, signal)
    const login = new Login({ user, key: this.#key, password })
    return openLink(socket, { user, hostKeyAlgorithms, verifyHostKey, login, timeouts, signal })
  }

  #explain(error: DialError, search: HostKeySearch, attempts: number): Error {
    const key = this.#key
    return explainDialError(error, this.#target, {
      names: this.#names,
      through: this.#route.through,
      offeredKey: key === undefined ? undefined : `${key.type} ${fingerprintOf(key.getPublicSSH())}`,
      undecided: search.shown.length > 0 ? search.undecided : [],
      attempts,
    })
  }
}

function parseOwnKey({ privateKey, passphrase }: SshTarget): ParsedKey | undefined {
  if (privateKey === undefined) return undefined
  const key = utils.parseKey(privateKey, passphrase)
  if (key instanceof Error) throw new UserError('Input "ssh-key" is not a usable private key.', { cause: key })
  return key
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw new CancelledError()
  }
}
