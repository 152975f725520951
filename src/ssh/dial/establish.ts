import { setTimeout as sleep } from 'node:timers/promises'
import { type ParsedKey, utils } from 'ssh2'
import { CancelledError, UserError } from '../../runtime/errors'
import { algorithmsForType, fingerprintOf, type HostKeyAlgorithm } from '../keys/host-keys'
import { keyTypeOf } from '../keys/key-blob'
import { DialError } from '../link/dial-error'
import { type Link, openLink } from '../link/link'
import { Login } from '../link/login'
import type { SshTarget } from '../remote'
import type { SshTimeouts } from '../timeouts'
import { type Algorithms, explainDialError } from './explain-dial-error'
import { hostKeyError } from './host-key-error'
import { offeredHostKeys } from './offered-keys'
import { directRoute, type HostNames, hostNames, type Route } from './route'

export interface EstablishOptions {
  signal: AbortSignal
  timeouts: SshTimeouts
  /** Called before each retry, with the reason. */
  onRetry: (message: string) => void
  /** The route to the target; direct by default. */
  route?: Route
  /** The target is the jump host. */
  isJump?: boolean
}

/**
 * A link to the target, with checked host key and finished login. Retries failures of the network or of a busy server,
 * but not a wrong host key or a refused login. Throws `UserError`, `FailureError` or `CancelledError`.
 */
export async function establish(target: SshTarget, options: EstablishOptions): Promise<Link> {
  const key = parseOwnKey(target)
  const pauses = options.timeouts.retryMs
  const names = hostNames(target, options.route?.through, options.isJump ?? false)
  for (let attempt = 1; ; attempt++) {
    try {
      return await dialTrusted(target, key, names, options)
    } catch (error) {
      if (!(error instanceof DialError)) throw error
      const pause = pauses[attempt - 1]
      if (error.isRetryable && pause !== undefined) {
        options.onRetry(
          `Connecting to ${names.where} failed: ${error.message}. Attempt ${attempt + 1} of ${pauses.length + 1} in ${pause / 1000} s.`,
        )
        await pauseFor(pause, options.signal)
        continue
      }
      throw explainDialError(error, target, {
        names,
        through: options.route?.through,
        offeredKey: key === undefined ? undefined : `${key.type} ${fingerprintOf(key.getPublicSSH())}`,
        algorithms: error.failure === 'algorithms' ? await compareAlgorithms(target, options) : undefined,
        attempts: attempt,
      })
    }
  }
}

function parseOwnKey({ privateKey, passphrase }: SshTarget): ParsedKey | undefined {
  if (privateKey === undefined) return undefined
  const key = utils.parseKey(privateKey, passphrase)
  if (key instanceof Error) throw new UserError('Input "ssh-key" is not a usable private key.', { cause: key })
  return key
}

async function dialTrusted(
  target: SshTarget,
  key: ParsedKey | undefined,
  names: HostNames,
  options: EstablishOptions,
): Promise<Link> {
  const { host, port, hostKeys } = target
  let refused: DialError
  try {
    return await dial(target, hostKeys.algorithms(host, port), key, options)
  } catch (error) {
    if (!(error instanceof DialError) || error.failure !== 'host-key') throw error
    refused = error
  }
  // A server usually has several keys and presents one: the pin may be of another.
  const offered = await offeredHostKeys(target, options.route ?? directRoute, options.timeouts, options.signal)
  const isNoneSound = offered.length === 0 && /no matching/i.test(refused.message)
  if (isNoneSound) throw new DialError('algorithms', refused.message, { cause: refused })
  const trusted = offered.find(candidate => hostKeys.check(host, port, candidate) === 'trusted')
  if (trusted === undefined) throw hostKeyError(target, names, offered)
  try {
    return await dial(target, algorithmsForType(keyTypeOf(trusted) ?? ''), key, options)
  } catch (error) {
    // One name may lead to several machines with different keys.
    throw error instanceof DialError && error.failure === 'host-key' ? hostKeyError(target, names, offered) : error
  }
}

async function dial(
  target: SshTarget,
  hostKeyAlgorithms: readonly HostKeyAlgorithm[],
  key: ParsedKey | undefined,
  { timeouts, signal, route = directRoute }: EstablishOptions,
  debug?: (line: string) => void,
): Promise<Link> {
  const { host, port, user, password, hostKeys } = target
  const socket = await route.open(host, port, timeouts.connectMs, signal)
  return openLink(socket, {
    user,
    hostKeyAlgorithms,
    verifyHostKey: offered => hostKeys.check(host, port, offered) === 'trusted',
    login: new Login({ user, key, password }),
    timeouts,
    signal,
    ...(debug === undefined ? {} : { debug }),
  })
}

/** Connects once more, only for the lists that did not match: ssh2 prints them only in debug lines. */
async function compareAlgorithms(target: SshTarget, options: EstablishOptions): Promise<Algorithms> {
  const lists: Algorithms = { local: '', remote: '' }
  const onLine = (line: string) => {
    const [, side, list] = /^Handshake: \((local|remote)\) [^:]+: (.*)/.exec(line) ?? []
    if (list !== undefined && (side === 'local' || side === 'remote')) lists[side] = list
  }
  try {
    const link = await dial(target, target.hostKeys.algorithms(target.host, target.port), undefined, options, onLine)
    link.close()
  } catch (error) {
    if (error instanceof CancelledError) throw error
  }
  return lists
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw new CancelledError()
  }
}
