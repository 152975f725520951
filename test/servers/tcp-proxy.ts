import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can do to its connections what networks do. Each method acts on what is open at that moment. */
export interface TcpProxy {
  readonly host: '127.0.0.1'
  readonly port: number
  /** How many connections have been made so far. */
  readonly connections: number
  /** Bytes passed on from the server to clients so far, over all connections. */
  readonly bytesToClient: number
  /** Both ends see a reset. */
  reset(): void
  /** Both ends see an orderly end. */
  fin(): void
  /**
   * Nothing passes any more in either direction, and nobody is told. New connections are swallowed too, until `heal`.
   */
  blackhole(): void
  /**
   * Resets a connection once so many bytes have passed from server to client, counted from now over all connections.
   */
  cutAfterBytes(bytes: number): void
  /** New connections pass again. */
  heal(): void
  stop(): Promise<void>
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; upstream: Socket }>()
  let connections = 0
  let bytesToClient = 0
  let cutAt = Number.POSITIVE_INFINITY
  let isSwallowing = false

  const server = createServer({ allowHalfOpen: true }, client => {
    connections++
    client.on('error', () => {})
    const upstream = connect({ host: target.host, port: target.port, allowHalfOpen: true })
    const pair = { client, upstream }
    pairs.add(pair)
    const forget = () => {
      client.destroy()
      upstream.destroy()
      pairs.delete(pair)
    }
    client.once('close', forget)
    upstream.once('close', forget)
    upstream.on('error', () => client.resetAndDestroy())
    client.pipe(upstream)
    upstream.on('data', chunk => {
      const left = cutAt - bytesToClient
      const passed = chunk.length < left ? chunk : chunk.subarray(0, left)
      bytesToClient += passed.length
      const isCut = bytesToClient >= cutAt
      // The last bytes have left this process before the reset follows.
      if (!client.write(passed, isCut ? () => client.resetAndDestroy() : undefined)) upstream.pause()
      if (isCut) upstream.pause()
    })
    client.on('drain', () => upstream.resume())
    upstream.on('end', () => client.end())
    if (isSwallowing) swallow(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')

  return {
    host: '127.0.0.1',
    port: address.port,
    get connections() {
      return connections
    },
    get bytesToClient() {
      return bytesToClient
    },
    reset: () => {
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
    },
    fin: () => {
      for (const { client, upstream } of pairs) {
        client.end()
        upstream.end()
      }
    },
    blackhole: () => {
      isSwallowing = true
      for (const pair of pairs) swallow(pair)
    },
    cutAfterBytes: bytes => {
      cutAt = bytesToClient + bytes
    },
    heal: () => {
      isSwallowing = false
      cutAt = Number.POSITIVE_INFINITY
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const { client, upstream } of pairs) {
        client.destroy()
        upstream.destroy()
      }
      await closed
    },
  }
}

function swallow({ client, upstream }: { client: Socket; upstream: Socket }): void {
  client.unpipe(upstream)
  for (const socket of [client, upstream]) {
    socket.removeAllListeners('data')
    socket.removeAllListeners('end')
    socket.removeAllListeners('drain')
    socket.pause()
  }
}
