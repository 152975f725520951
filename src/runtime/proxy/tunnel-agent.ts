import { request as requestPlain } from 'node:http'
import { Agent, type AgentOptions, type RequestOptions, request as requestSecure } from 'node:https'
import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect } from 'node:tls'
import { authorized, type HttpProxy, hostPort, type Proxies, proxyFor } from './proxies'
import { refusedByProxy, unreachableProxy } from './proxy-fault'

/** The proxy needs time to connect, too. */
const tunnelTimeoutMs = 30_000

/** Connects to https addresses, through the proxy where one holds: then a failure before TLS is a `ProxyFault`. */
export class TunnelAgent extends Agent {
  readonly #proxies: Proxies

  constructor(proxies: Proxies, options: AgentOptions = {}) {
    super(options)
    this.#proxies = proxies
  }

  override createConnection(
    options: RequestOptions & ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const hostname = options.host ?? ''
    const port = Number(options.port ?? 443)
    const proxy = proxyFor(this.#proxies, { protocol: 'https:', hostname, port })
    if (proxy === undefined) return super.createConnection(options, callback)
    openTunnel(proxy, hostPort(hostname, port)).then(
      socket => callback?.(null, connect({ ...options, socket })),
      // Nobody uses the stream of a failure.
      (error: Error) => callback?.(error, new Duplex()),
    )
    return undefined
  }
}

/** RFC 9110, section 9.3.6. */
function openTunnel(proxy: HttpProxy, target: string): Promise<Duplex> {
  const send = proxy.origin.startsWith('https:') ? requestSecure : requestPlain
  const request = send(proxy.origin, {
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorized(proxy) },
    agent: false,
    timeout: tunnelTimeoutMs,
  })
  return new Promise((resolve, reject) => {
    request.once('timeout', () => request.destroy(Object.assign(new Error('No answer.'), { code: 'ETIMEDOUT' })))
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(unreachableProxy(proxy, error.code ?? 'no connection', error)),
    )
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode >= 200 && statusCode < 300) {
        socket.setTimeout(0)
        if (head.length > 0) socket.unshift(head)
        resolve(socket)
      } else {
        socket.destroy()
        reject(refusedByProxy(proxy, statusCode))
      }
    })
    request.end()
  })
}
