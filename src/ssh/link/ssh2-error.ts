import { messageOf } from '../../runtime/errors'
import { DialError, type DialFailure } from './dial-error'
import type { LoginRecord } from './login'
import type { ServerHello } from './server-hello'
import { describeSocketError } from './tcp'

/** The error of a broken link in a few words. */
export function describe(error: Error): string {
  return levelOf(error) === 'client-socket' ? describeSocketError(error).message : wordsOf(error)
}

/** What was seen of a server by the time an attempt failed. */
export interface DialRecord {
  hello: ServerHello
  login: LoginRecord
}

/** Turns what ssh2 reports before the login is finished into a `DialError`. */
export function dialErrorOf(error: unknown, record: DialRecord): Error {
  if (!(error instanceof Error)) return new Error(messageOf(error))
  if (error instanceof DialError) return new DialError(error.failure, error.message, { cause: error, ...record })
  const facts = { cause: error, ...record }
  const failed = (failure: DialFailure, message = wordsOf(error)) => new DialError(failure, message, facts)
  const level = levelOf(error)
  if (level === 'client-authentication' || /authentication failures/i.test(error.message)) return failed('login')
  if (/host key format|Host denied/.test(error.message)) return failed('host-key')
  if (/no matching/i.test(error.message)) return failed('algorithms')
  if (record.hello.identification === '') {
    const refusal = withoutSsh(record.hello.text)
    if (refusal === 'penalty') return failed(refusal, 'the server lets this address wait ("Not allowed at this time")')
    if (refusal !== undefined) return failed(refusal, 'its first line is no greeting of SSH')
  }
  if (level === 'client-socket') {
    const { failure, message } = describeSocketError(error)
    return failed(record.login.hasBegun ? 'login-closed' : failure, message)
  }
  if (level === 'client-timeout') {
    return failed(record.hello.text === '' ? 'silent' : 'timeout', 'no answer during the SSH handshake')
  }
  const isClosed = /^(Connection lost before handshake|No response from server)$/.test(error.message)
  if (!isClosed && !isDisconnect(error)) return failed('protocol')
  if (record.login.hasBegun) return failed('login-closed', isClosed ? 'it ended without an answer' : wordsOf(error))
  return failed('network', isClosed ? 'the server closed the connection before the login' : wordsOf(error))
}

/** Why a server said something else than that it speaks SSH. OpenSSH has two lines for a client that it sends away. */
function withoutSsh(text: string): DialFailure | undefined {
  if (/^Not allowed at this time/m.test(text)) return 'penalty'
  if (text.trim() === '' || /^Exceeded MaxStartups/m.test(text)) return undefined
  return 'not-ssh'
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
