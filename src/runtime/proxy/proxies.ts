import { type DirectHosts, isDirect } from './direct-hosts'

/** The HTTP proxies of this machine. Without one for a protocol, its connections are direct. */
export interface Proxies {
  /** For https addresses: a tunnel by CONNECT. */
  https?: HttpProxy
  /** For http addresses: the proxy gets the whole address. */
  http?: HttpProxy
  /** Reached without a proxy. */
  direct: DirectHosts
}

export interface HttpProxy {
  /** The variable of the environment that names it. */
  variable: string
  /** `http://proxy.example.com:3128`, without user and password. */
  origin: string
  /** The header `Proxy-Authorization`. A secret. */
  authorization?: string
}

export interface Target {
  protocol: 'http:' | 'https:'
  hostname: string
  /** Undefined: that of the protocol. */
  port?: number | undefined
}

/** The proxy through which this address is reached; undefined when none is. */
export function proxyFor(
  { https, http, direct }: Proxies,
  { protocol, hostname, port }: Target,
): HttpProxy | undefined {
  const proxy = protocol === 'https:' ? https : http
  if (proxy === undefined || isDirect(direct, hostname, port ?? defaultPort(protocol))) return undefined
  // A request that goes to the proxy anyway.
  return proxy.origin === URL.parse(`${protocol}//${hostPort(hostname, port)}`)?.origin ? undefined : proxy
}

/** A request for an http address as the proxy expects it. */
export function toProxy(proxy: HttpProxy, { hostname, port }: Target, path: string) {
  const { protocol, hostname: proxyHost, port: proxyPort } = new URL(proxy.origin)
  return {
    protocol,
    hostname: proxyHost.replace(/^\[(.*)\]$/, '$1'),
    port: proxyPort === '' ? defaultPort(protocol) : Number(proxyPort),
    path: `http://${hostPort(hostname, port)}${path}`,
    headers: authorized(proxy),
  }
}

/** With brackets around an IPv6 address. */
export function hostPort(hostname: string, port: number | undefined): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
  return port === undefined ? host : `${host}:${port}`
}

/** The headers by which the proxy knows who asks. */
export function authorized({ authorization }: HttpProxy): Record<string, string> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization }
}

function defaultPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80
}
