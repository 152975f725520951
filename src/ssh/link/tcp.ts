import { connect as connectSocket, type Socket } from 'node:net'
import { CancelledError } from '../../runtime/errors'
import { DialError, type DialFailure } from './dial-error'

/** Opens a TCP connection to the first address that answers. Throws `DialError`, or `CancelledError` on abort. */
export function openSocket(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError())
      return
    }
    // Without noDelay ssh2's small window messages wait in Nagle's buffer, and reading is five times slower.
    const socket = connectSocket({ host, port, noDelay: true })
    const settle = (error?: Error) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.removeListener('error', onError)
      socket.removeListener('connect', onConnect)
      // A socket that failed or was given up may still report: that must not crash anything.
      socket.on('error', () => {})
      if (error === undefined) return resolve(socket)
      socket.destroy()
      reject(error)
    }
    const onConnect = () => settle()
    const onError = (error: Error) => settle(describeSocketError(error))
    const onAbort = () => settle(new CancelledError())
    const timer = setTimeout(
      () => settle(new DialError('timeout', `no answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    )
    socket.once('connect', onConnect)
    socket.once('error', onError)
    signal.addEventListener('abort', onAbort)
  })
}

/** Puts Node's error for a name or a socket into a `DialError`. */
export function describeSocketError(error: Error): DialError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return new DialError(
    failureOf[code] ?? 'network',
    code === '' ? error.message : (meaningOf[code] ?? code),
    { cause: error },
  )
}

const failureOf: Record<string, DialFailure> = {
  ENOTFOUND: 'name',
  EAI_NONAME: 'name',
  EAI_NODATA: 'name',
  EAI_AGAIN: 'resolver',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
}

const meaningOf: Record<string, string> = {
  ENOTFOUND: 'no such name',
  EAI_AGAIN: 'the name server did not answer',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EPIPE: 'connection closed',
}
