import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import { CancelledError, messageOf } from '../../runtime/errors'
import { DialError, type DialFailure } from './dial-error'

/** Opens a TCP connection to the first address that answers. Throws `DialError`, or `CancelledError` on abort. */
export async function openSocket(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  if (signal.aborted) throw new CancelledError()
  // Without noDelay, ssh2's small window messages wait in Nagle's buffer, and reading is five times slower.
  const socket = connectSocket({ host, port, noDelay: true })
  // A socket that failed or was abandoned may still emit errors, which must not crash the process.
  socket.on('error', () => {})
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, limit]) })
    return socket
  } catch (error) {
    socket.destroy()
    if (signal.aborted) throw new CancelledError()
    if (limit.aborted) throw new DialError('timeout', `no answer within ${timeoutMs / 1000} s`)
    throw describeSocketError(error)
  }
}

/** Turns Node's error for a name or a socket into a `DialError`. */
export function describeSocketError(error: unknown): DialError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return new DialError(failureOf[code] ?? 'network', code === '' ? messageOf(error) : (meaningOf[code] ?? code), {
    cause: error,
  })
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
