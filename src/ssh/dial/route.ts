import type { LinkSocket } from '../link/forwarded-socket'
import { openSocket } from '../link/tcp'
import type { SshTarget } from '../remote'

/** The route to a server: direct, or through a jump host. */
export interface Route {
  /** The jump host, as messages name it; undefined for a direct route. */
  readonly through: string | undefined
  /** Connects to the first address that answers. Throws `DialError`, or `CancelledError` on abort. */
  open(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<LinkSocket>
  /** Closes the link to the jump host. Never throws. */
  close(): void
}

/** A TCP connection from this machine. */
export const directRoute: Route = { through: undefined, open: openSocket, close: () => {} }

/** The names of a host in messages, so that it is clear which of two hosts is meant. */
export interface HostNames {
  /** `Host` for the start of a sentence, `host` within one. */
  Host: string
  host: string
  /** The same with the port. */
  Where: string
  where: string
  /** The inputs for its host and port. */
  input: { host: string; port: string }
}

/** The names of a server at the end of a route, or of a jump host. */
export function hostNames({ host, port }: SshTarget, through: string | undefined, isJump: boolean): HostNames {
  const address = addressOf(host, port)
  if (isJump) {
    const input = { host: 'ssh-proxy-jump', port: 'ssh-proxy-jump' }
    const name = `jump host ${host}`
    const where = `jump host ${address}`
    return { Host: `The ${name}`, host: `the ${name}`, Where: `The ${where}`, where: `the ${where}`, input }
  }
  const input = { host: 'ssh-host', port: 'ssh-port' }
  const where = through === undefined ? address : `${address} (through ${through})`
  return { Host: host, host, Where: where, where, input }
}

/** A host and its port; an IPv6 address in brackets. */
export function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
