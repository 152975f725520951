import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestPlain,
} from 'node:http'
import { request as requestSecure } from 'node:https'
import { type Proxies, proxyFor, toProxy } from './proxies'
import { refusedByProxy, unreachableProxy } from './proxy-fault'
import { TunnelAgent } from './tunnel-agent'

export interface SmallRequest {
  method: 'GET' | 'POST' | 'PATCH'
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
  return (await answerOf(url, request, 0)).status
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** The beginning of the body. */
  text: string
}

/** The same with the body of the answer, as text: at most `bytesMax` of it. */
export async function answerOf(url: URL, request: SmallRequest, bytesMax: number): Promise<Answer> {
  let at = url
  let sent = request
  for (let redirects = 0; ; redirects++) {
    const answer = await sendOnce(at, sent, bytesMax)
    const { status, headers } = answer
    const next = headers.location === undefined ? null : URL.parse(headers.location, at.href)
    if (status < 301 || status > 308 || next === null || redirects === redirectsMax) return answer
    // What is for one host is for no other.
    if (next.host !== at.host && sent.headers?.authorization !== undefined) return answer
    // As browsers do: only 307 and 308 keep the method.
    if (status <= 303) sent = { method: 'GET', signal: request.signal, proxies: request.proxies }
    at = next
  }
}

function sendOnce(url: URL, sent: SmallRequest, bytesMax: number): Promise<Answer> {
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
      agent: route.protocol === 'https:' ? agent : false,
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason)
      else reject(proxy === undefined ? error : unreachableProxy(proxy, error.code ?? 'no connection', error))
    })
    request.once('response', response => {
      const { statusCode: status = 0, headers } = response
      if (proxy !== undefined && status === 407) reject(refusedByProxy(proxy, status))
      else
        beginningOf(response, bytesMax).then(
          text => resolve({ status, headers, text }),
          error => reject(signal.aborted ? signal.reason : error),
        )
    })
    request.end(body)
  })
}

/** Ends the connection where more would come. */
async function beginningOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  if (bytesMax > 0) {
    for await (const chunk of response) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= bytesMax) break
    }
  }
  response.destroy()
  return Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8')
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
