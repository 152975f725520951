import { readAll } from '../../../findings/read-all'
import { defined } from '../../../runtime/defined'
import { UserError } from '../../../runtime/errors'
import { parseDirectHosts } from '../../../runtime/proxy/direct-hosts'
import type { HttpProxy, Proxies } from '../../../runtime/proxy/proxies'
import type { Environment, InputReader } from '../../read'

/**
 * The variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in lower case too, which then counts. Masks what is secret in
 * them. Undefined without a proxy.
 */
export function loadProxies(read: InputReader, environment: Environment): Proxies | undefined {
  const { https, http } = readAll({
    https: () => readProxy(read, environment, 'https_proxy'),
    http: () => readProxy(read, environment, 'http_proxy'),
  })
  if (https === undefined && http === undefined) return undefined
  const { value } = variable(environment, 'no_proxy')
  return { ...defined({ https, http }), direct: parseDirectHosts(value) }
}

function readProxy(read: InputReader, environment: Environment, lowerCase: string): HttpProxy | undefined {
  const { name, value } = variable(environment, lowerCase)
  if (value === '') return undefined
  // Curl and the runner also take a host and a port alone.
  const url = URL.parse(value.includes('://') ? value : `http://${value}`)
  const [, userinfo = ''] = /^(?:[^/]*:\/\/)?(.*)@/.exec(value) ?? []
  maskParts(read, value, userinfo)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || `${url.search}${url.hash}` !== '') {
    // A value that cannot be read may have a password anywhere.
    throw new UserError(`The variable ${name} in the environment of the runner is not the URL of an HTTP proxy.`, {
      advice:
        'Set it as in http://proxy.example.com:3128 or http://USER:PASSWORD@proxy.example.com:3128, with special characters of the password percent-encoded, or remove it. A SOCKS proxy does not work. The value is not shown here.',
    })
  }
  const authorization = userinfo === '' ? undefined : `Basic ${Buffer.from(decoded(userinfo)).toString('base64')}`
  if (authorization !== undefined) read.mask(authorization)
  return { variable: name, origin: url.origin, ...defined({ authorization }) }
}

/** The user alone is no secret. */
function maskParts(read: InputReader, value: string, userinfo: string): void {
  if (userinfo === '') return
  const password = userinfo.slice(userinfo.indexOf(':') + 1)
  for (const secret of [value, userinfo, decoded(userinfo), password, decoded(password)]) {
    if (secret.length >= shortestSecret) read.mask(secret)
  }
}

const shortestSecret = 4

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function variable(environment: Environment, lowerCase: string): { name: string; value: string } {
  for (const name of [lowerCase, lowerCase.toUpperCase()]) {
    const value = environment[name]?.trim() ?? ''
    if (value !== '') return { name, value }
  }
  return { name: lowerCase, value: '' }
}
