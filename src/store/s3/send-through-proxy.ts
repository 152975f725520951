import type { S3Client } from '@aws-sdk/client-s3'
import { type HttpProxy, type Proxies, proxyFor, type Target, toProxy } from '../../runtime/proxy/proxies'
import { refusedByProxy, unreachableProxy } from '../../runtime/proxy/proxy-fault'
import { readFault } from './s3-fault'

/** Sends requests for an http endpoint to the proxy, where one holds. Those for https have a tunnel. */
export function sendThroughProxy(client: S3Client, proxies: Proxies): void {
  client.middlewareStack.add(
    next => async args => {
      const { request } = args
      if (!isPlain(request)) return next(args)
      const proxy = proxyFor(proxies, request)
      if (proxy === undefined) return next(args)
      const result = await next({ ...args, request: redirected(request, proxy) }).catch((error: unknown) => {
        const { code } = readFault(error)
        throw connectCodes.test(code) ? unreachableProxy(proxy, code, error) : error
      })
      refuseAnswerOfProxy(result.response, proxy)
      return result
    },
    // Behind the signature, which is for the store.
    { step: 'deserialize', priority: 'low', name: 'sendThroughProxy' },
  )
}

const connectCodes = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|ERR_TLS_|ERR_SSL_|EPROTO)/

interface PlainRequest extends Target {
  protocol: 'http:'
  path: string
  headers: Record<string, string>
}

function isPlain(request: unknown): request is PlainRequest {
  return typeof request === 'object' && request !== null && 'protocol' in request && request.protocol === 'http:'
}

function redirected(request: PlainRequest, proxy: HttpProxy): PlainRequest {
  const { headers, ...route } = toProxy(proxy, request, request.path)
  // The client may use the request again.
  return Object.assign(Object.create(Object.getPrototypeOf(request)), request, route, {
    headers: { ...request.headers, ...headers },
  })
}

/** Stores answer in XML, and with a request id. */
function refuseAnswerOfProxy(response: unknown, proxy: HttpProxy): void {
  if (typeof response !== 'object' || response === null) return
  const { statusCode, headers }: { statusCode?: unknown; headers?: unknown } = response
  if (typeof statusCode !== 'number' || statusCode < 400) return
  const isOfStore = typeof headers === 'object' && headers !== null && 'x-amz-request-id' in headers
  const type: unknown = typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'content-type') : ''
  if (statusCode === 407 || (!isOfStore && /^text\/(html|plain)/.test(String(type))))
    throw refusedByProxy(proxy, statusCode)
}
