import type { Client } from 'ssh2'
import type { LinkSocket } from './forwarded-socket'

/** Requests that were answered while what was sent before still waits in the socket. */
const unreadAnswersMax = 10_000

/** A server that takes less in a packet (RFC 4254, 5.1) makes each byte a packet, and zero bytes an endless loop. */
const packetBytesMin = 1024

/** The messages that ssh2 answers at once. */
const requests = ['GLOBAL_REQUEST', 'CHANNEL_OPEN', 'CHANNEL_REQUEST'] as const

type Handler = (protocol: { requestFailure(): void }, ...facts: unknown[]) => void

/**
 * Bounds what ssh2 would keep for a server, and calls `fail` when there is more. ssh2 answers requests whether the
 * server reads the answers or not; and it keeps the keys of every `hostkeys-00@openssh.com` until the server has proven
 * them, which it may never do.
 *
 * The fields are private to ssh2 1.17.
 */
export function limitServer(client: Client, socket: LinkSocket, fail: (reason: string) => void): void {
  let unreadAnswers = 0
  const counted = (handle: Handler): Handler => {
    return (protocol, ...facts) => {
      unreadAnswers = socket.writableLength === 0 ? 0 : unreadAnswers + 1
      if (unreadAnswers > unreadAnswersMax) fail('the server sends requests and does not read the answers')
      else handle(protocol, ...facts)
    }
  }
  client.once('handshake', () => {
    const handlers = objectIn(protocolOf(client), '_handlers')
    Reflect.set(handlers, 'GLOBAL_REQUEST', refuse)
    for (const request of requests) Reflect.set(handlers, request, counted(Reflect.get(handlers, request)))
  })
}

/** Nothing is asked of a client that this one does. */
const refuse: Handler = (protocol, _name, wantsReply) => {
  if (wantsReply === true) protocol.requestFailure()
}

/** Whether keys are being exchanged: ssh2 then keeps everything that is to be sent. */
export function isExchangingKeys(client: Client): boolean {
  return Reflect.get(protocolOf(client), '_kexinit') !== undefined
}

/** Why a channel that the server has opened cannot be used; undefined when it can. */
export function unusable(channel: object): string | undefined {
  const bytes: unknown = Reflect.get(objectIn(channel, 'outgoing'), 'packetSize')
  return Number(bytes) >= packetBytesMin ? undefined : `the server takes packets of ${bytes} bytes only`
}

function protocolOf(client: Client): object {
  return objectIn(client, '_protocol')
}

function objectIn(holder: object, field: string): object {
  const value: unknown = Reflect.get(holder, field)
  if (typeof value !== 'object' || value === null) throw new TypeError(`ssh2 has no ${field} there.`)
  return value
}
