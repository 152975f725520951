import type { LinkSocket } from '../link/forwarded-socket'
import { openSocket } from '../link/tcp'
import type { SshTarget } from '../remote'

/** The way to a server: straight, or through a jump host. */
export interface Route {
  /** The jump host it leads through, as messages name it; undefined when it leads through none. */
  readonly through: string | undefined
  /** A connection to the first address that answers. Throws `DialError`, or `CancelledError` on abort. */
  open(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<LinkSocket>
  /** Ends what the way leads over. Never throws. */
  close(): void
}

/** Over TCP, from here. */
export const directRoute: Route = { through: undefined, open: openSocket, close: () => {} }

/** A host as an error names it, so that it is plain which of two is meant. */
export interface HostNames {
  /** At the start of a sentence, and within one. */
  Host: string
  host: string
  /** The same with the port. */
  Where: string
  where: string
  /** The inputs that say where it is. */
  input: { host: string; port: string }
}

/** How to name a host that is a server, at the end of a route, or the jump host on the way to one. */
export function hostNames(
  { host, port }: SshTarget,
  through: string | undefined,
  isJump: boolean,
): HostNames {
  if (isJump) {
    const input = { host: 'ssh-proxy-jump', port: 'ssh-proxy-jump' }
    const name = `jump host ${host}`
    const where = `${name}:${port}`
    return { Host: `The ${name}`, host: `the ${name}`, Where: `The ${where}`, where: `the ${where}`, input }
  }
  const input = { host: 'ssh-host', port: 'ssh-port' }
  const where = through === undefined ? `${host}:${port}` : `${host}:${port} (through ${through})`
  return { Host: host, host, Where: where, where, input }
}
