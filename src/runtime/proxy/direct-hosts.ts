import { BlockList, isIP, isIPv6 } from 'node:net'

/** The entries of `NO_PROXY`. */
export type DirectHosts = readonly DirectHost[]

interface DirectHost {
  /** A name, for itself and all below it; an address; a range as in `10.0.0.0/8`; `*` for every host. */
  host: string
  /** Undefined: every port. */
  port?: number
}

/**
 * Reads `NO_PROXY` as curl and Go do: separated by commas or white space, `.example.com` and `*.example.com` like
 * `example.com`, each with a port or without. Ignores what makes no sense.
 */
export function parseDirectHosts(value: string): DirectHosts {
  return value
    .toLowerCase()
    .split(/[\s,]+/)
    .flatMap(entry => parseEntry(entry))
}

function parseEntry(entry: string): DirectHost[] {
  if (isIPv6(entry)) return [{ host: entry }]
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+|[0-9a-f:.]+\/\d+))(?::(\d+))?$/.exec(entry) ?? []
  const host = bracketed ?? (plain === '*' ? '*' : plain?.replace(/^\*?\./, '').replace(/\.$/, ''))
  if (host === undefined || host === '') return []
  return [port === undefined ? { host } : { host, port: Number(port) }]
}

/** Whether one of the entries is about this host and port. */
export function isDirect(hosts: DirectHosts, hostname: string, port: number): boolean {
  const name = hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return hosts.some(entry => (entry.port ?? port) === port && isAbout(entry.host, name))
}

function isAbout(host: string, name: string): boolean {
  if (host === '*') return true
  if (isIP(name) === 0) return name === host || name.endsWith(`.${host}`)
  const [address = '', bits] = host.split('/')
  if (isIP(address) === 0) return false
  const range = new BlockList()
  const bitsMax = isIPv6(address) ? 128 : 32
  const length = bits === undefined ? bitsMax : Number(bits)
  if (!(length <= bitsMax)) return false
  range.addSubnet(address, length, family(address))
  return range.check(name, family(name))
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
