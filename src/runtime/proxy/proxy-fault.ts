import type { HttpProxy } from './proxies'

/** A proxy does not do its part. The message is the end of a sentence, without secrets. */
export class ProxyFault extends Error {
  /** Node's, where another attempt may succeed. */
  readonly code: string
  readonly advice: string

  constructor(message: string, facts: { code: string; advice: string; cause?: unknown }) {
    super(message, { cause: facts.cause })
    this.code = facts.code
    this.advice = facts.advice
  }
}

/** The proxy answered with this status, in place of what it was asked for. */
export function refusedByProxy(proxy: HttpProxy, status: number): ProxyFault {
  const { variable } = proxy
  if (status === 407) {
    return new ProxyFault(
      `the proxy ${named(proxy)} ${proxy.authorization === undefined ? 'wants a user and a password' : 'does not accept the user and password in that variable'} (407)`,
      {
        code: 'ERR_PROXY_AUTHENTICATION',
        advice: `Set ${variable} to http://USER:PASSWORD@HOST:PORT, from a secret, with special characters percent-encoded.`,
      },
    )
  }
  if (status >= 500) {
    return new ProxyFault(`the proxy ${named(proxy)} could not connect to it (${status})`, {
      code: 'EHOSTUNREACH',
      advice: `Check the address, and whether the proxy may reach it. If this machine reaches it directly, add the host to NO_PROXY.`,
    })
  }
  return new ProxyFault(`the proxy ${named(proxy)} does not allow it (${status})`, {
    code: 'ERR_PROXY_REFUSED',
    advice: `Have the proxy allow this host and port. If this machine reaches it directly, add the host to NO_PROXY.`,
  })
}

/** There is no connection to the proxy. */
export function unreachableProxy(proxy: HttpProxy, code: string, cause: unknown): ProxyFault {
  return new ProxyFault(`the proxy ${named(proxy)} cannot be reached (${code})`, {
    code,
    cause,
    advice: `Check ${proxy.variable} in the environment of the runner. What this machine reaches directly belongs in NO_PROXY.`,
  })
}

/** The fault of a proxy behind an error. */
export function proxyFaultIn(error: unknown): ProxyFault | undefined {
  if (error instanceof ProxyFault) return error
  return typeof error === 'object' && error !== null && 'cause' in error ? proxyFaultIn(error.cause) : undefined
}

function named({ variable, origin }: HttpProxy): string {
  return `${origin} of ${variable}`
}
