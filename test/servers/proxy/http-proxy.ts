import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'

export interface HttpProxyServer {
  /** For `HTTPS_PROXY` and `HTTP_PROXY`, with the credentials if there are any. */
  readonly url: string
  readonly port: number
  /** Every request so far: `CONNECT host:port`, `GET http://…`. */
  readonly requests: readonly string[]
  /** Answers every request with this status from now on, as a proxy does that refuses. */
  refuse(status: number): void
  /** Forgets the requests and the refusal. */
  clear(): void
  stop(): Promise<void>
}

/** An HTTP proxy on loopback: tunnels by CONNECT, passes on requests for http addresses. `credentials`: `user:password`. */
export async function startHttpProxy(credentials?: string): Promise<HttpProxyServer> {
  const requests: string[] = []
  const open = new Set<Socket>()
  let refusal: number | undefined

  const refused = ({ method, url, headers }: IncomingMessage): number | undefined => {
    requests.push(`${method} ${url}`)
    const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
    return headers['proxy-authorization'] === wanted ? refusal : 407
  }
  const server = createServer((incoming, answer) => {
    const status = refused(incoming)
    const target = /^http:/.test(incoming.url ?? '') ? URL.parse(incoming.url ?? '') : null
    if (status !== undefined || target === null) {
      incoming.resume()
      answer.writeHead(status ?? 400, { 'content-type': 'text/html' }).end('<html>The proxy says no.</html>')
      return
    }
    const { 'proxy-authorization': _, ...headers } = incoming.headers
    const path = (incoming.url ?? '').slice(target.origin.length)
    const outgoing = request(target.origin, { method: incoming.method, path, headers, setHost: false, agent: false })
    outgoing.once('error', () => answer.writeHead(502, { 'content-type': 'text/html' }).end())
    outgoing.once('response', upstream => {
      answer.writeHead(upstream.statusCode ?? 502, upstream.headers)
      pipeline(upstream, answer, () => {})
    })
    answer.once('close', () => outgoing.destroy())
    pipeline(incoming, outgoing, () => {})
  })
  server.on('connection', socket => {
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => open.delete(socket))
  })
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    const status = refused(incoming)
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const { hostname, port } = new URL(`http://${incoming.url}`)
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(head)
      pipeline(client, upstream, client, () => {})
    })
    upstream.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.on('error', () => upstream.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  const { port } = address
  return {
    url: `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`,
    port,
    requests,
    refuse: status => {
      refusal = status
    },
    clear: () => {
      refusal = undefined
      requests.length = 0
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
