import { abortable } from '../../runtime/abortable'
import { CancelledError } from '../../runtime/errors'
import { DialError, type DialFailure } from '../link/dial-error'
import type { LinkSocket } from '../link/forwarded-socket'
import type { Link } from '../link/link'
import { wordsOf } from '../link/ssh2-error'
import { describeSocketError } from '../link/tcp'
import type { SshTarget } from '../remote'
import { hostNames, type Route } from './route'

/**
 * The route through a jump host, over one link for all connections. The jump host makes the TCP connections and cannot
 * read what is sent over them. `close()` closes the link and all connections over it.
 */
export function routeThrough(jump: SshTarget, link: Link): Route {
  const { host: name } = hostNames(jump, undefined, true)
  const lossOf = (loss: string) => `the connection to ${name} was lost: ${loss}`
  return {
    through: name,
    close: () => link.close(),
    async open(host, port, timeoutMs, signal) {
      if (signal.aborted) throw new CancelledError()
      const opening = link.forward(host, port, lossOf)
      try {
        return await withinTime(opening, timeoutMs, signal)
      } catch (error) {
        if (error instanceof DialError || error instanceof CancelledError) throw error
        if (link.loss !== undefined) throw new DialError('jump-lost', lossOf(link.loss), { cause: error })
        throw refusalOf(error)
      }
    },
  }
}

/** ssh2 has no time limit: without one this would wait as long as the jump host tries. */
async function withinTime(opening: Promise<LinkSocket>, timeoutMs: number, signal: AbortSignal): Promise<LinkSocket> {
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    return await abortable(opening, AbortSignal.any([signal, limit]), late => late.destroy())
  } catch (error) {
    if (signal.aborted) throw new CancelledError()
    if (limit.aborted) throw new DialError('timeout', `no answer within ${timeoutMs / 1000} s`)
    throw error
  }
}

/** RFC 4254, 5.1: reason 1 is a prohibition, 2 a failed connection, with the message of the operating system. */
function refusalOf(error: unknown): Error {
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined
  if (reason === undefined) return describeSocketError(error)
  const words = wordsOf(error).replace(/^\(SSH\) Channel open failure: /, '')
  return new DialError(reason === 2 ? failureIn(words) : 'forwarding', words, { cause: error })
}

function failureIn(words: string): DialFailure {
  if (/refused/i.test(words)) return 'refused'
  if (/unknown host|not known|no address/i.test(words)) return 'name'
  if (/temporary failure/i.test(words)) return 'resolver'
  if (/timed out/i.test(words)) return 'timeout'
  return 'network'
}
