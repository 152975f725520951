import { messageOf } from '../../runtime/errors'
import { DialError } from './dial-error'
import { describeSocketError } from './tcp'

/** The error of a broken link in a few words. */
export function describe(error: Error): string {
  return levelOf(error) === 'client-socket' ? describeSocketError(error).message : wordsOf(error)
}

/** Turns what ssh2 reports before the login is finished into a `DialError`. */
export function dialErrorOf(error: unknown, greeting: string, loginMethods: readonly string[]): Error {
  if (error instanceof DialError || !(error instanceof Error))
    return error instanceof Error ? error : new Error(messageOf(error))
  const facts = { cause: error, greeting, loginMethods }
  const level = levelOf(error)
  if (level === 'client-socket') return describeSocketError(error)
  if (level === 'client-timeout') return new DialError('timeout', 'no answer during the SSH handshake', facts)
  if (level === 'client-authentication' || /authentication failures/i.test(error.message)) {
    return new DialError('login', wordsOf(error), facts)
  }
  if (/host key format|Host denied/.test(error.message)) return new DialError('host-key', wordsOf(error), facts)
  if (/no matching/i.test(error.message)) return new DialError('algorithms', wordsOf(error), facts)
  const isClosed = /^(Connection lost before handshake|No response from server)$/.test(error.message)
  if (isClosed || isDisconnect(error)) {
    const message = isClosed ? 'the server closed the connection before the login' : wordsOf(error)
    return new DialError('network', message, facts)
  }
  return new DialError('protocol', wordsOf(error), facts)
}

/** Words of the server may be among them: 35,000 characters, if it likes. */
export function wordsOf(error: unknown): string {
  return messageOf(error).slice(0, 300)
}

function levelOf(error: Error): string {
  return 'level' in error && typeof error.level === 'string' ? error.level : ''
}

/** The server disconnected with one of SSH's reason codes (RFC 4253, 11.1). */
function isDisconnect(error: Error): boolean {
  return 'code' in error && typeof error.code === 'number'
}
