import { type OutgoingHttpHeaders, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { type Proxies, proxyFor, toProxy } from './proxies'
import { refusedByProxy, unreachableProxy } from './proxy-fault'
import { TunnelAgent } from './tunnel-agent'

export interface SmallRequest {
  method: 'GET' | 'POST'
  body?: Uint8Array
  headers?: OutgoingHttpHeaders
  signal: AbortSignal
  proxies: Proxies
}

const redirectsMax = 5

/**
 * Sends a request, through the proxy where one holds, and follows redirects. Resolves with the status of the answer; rejects
 * with `ProxyFault`, Node's error, or the reason of the signal.
 */
export async function statusOf(url: URL, request: SmallRequest): Promise<number> {
  let at = url
  let sent = request
  for (let redirects = 0; ; redirects++) {
    const { status, location } = await sendOnce(at, sent)
    const next = location === undefined ? null : URL.parse(location, at.href)
    if (status < 301 || status > 308 || next === null || redirects === redirectsMax) return status
    // As browsers do: only 307 and 308 keep the method.
    if (status <= 303) sent = { method: 'GET', signal: request.signal, proxies: request.proxies }
    at = next
  }
}

function sendOnce(url: URL, sent: SmallRequest): Promise<{ status: number; location: string | undefined }> {
  const { method, headers, body, signal } = sent
  const agent = new TunnelAgent(sent.proxies)
  const route = routeOf(url, sent)
  const { proxy } = route
  const send = route.protocol === 'https:' ? requestSecure : requestPlain
  return new Promise((resolve, reject) => {
    const request = send({
      ...route,
      method,
      headers: { ...headers, ...route.headers },
      signal,
      ...(route.protocol === 'https:' ? { agent } : {}),
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason)
      else reject(proxy === undefined ? error : unreachableProxy(proxy, error.code ?? 'no connection', error))
    })
    request.once('response', ({ statusCode = 0, headers: { location } }) => {
      if (proxy !== undefined && statusCode === 407) reject(refusedByProxy(proxy, statusCode))
      else resolve({ status: statusCode, location })
      // The body is not needed.
      request.destroy()
    })
    request.end(body)
  })
}

function routeOf(url: URL, { proxies }: SmallRequest) {
  const { protocol, port: written } = url
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`a redirect to ${protocol} cannot be followed`)
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = written === '' ? undefined : Number(written)
  const path = `${url.pathname}${url.search}`
  const proxy = protocol === 'http:' ? proxyFor(proxies, { protocol, hostname, port }) : undefined
  if (proxy === undefined) return { protocol, hostname, port, path, headers: {}, proxy }
  const { headers, ...route } = toProxy(proxy, { protocol, hostname, port }, path)
  return { ...route, headers: { ...headers, host: url.host }, proxy }
}
