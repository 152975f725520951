import { ConnectionPool } from './connection-pool'
import { Dialer } from './dial/dialer'
import { routeThrough } from './dial/jump-host'
import type { Connection, SshTarget } from './remote'
import { defaultTimeouts, type SshTimeouts } from './timeouts'

export interface ConnectOptions {
  /** Stops the attempts to connect with `CancelledError`, and closes an established connection. */
  signal: AbortSignal
  /** Keeps an established connection open then: a cancelled run still has to clean up on the server. */
  survivesAbort?: boolean
  /** Called before each retry, with the reason. */
  onRetry?: (message: string) => void
  timeouts?: Partial<SshTimeouts>
}

/**
 * Connects, checks the host key before anything else is sent, and logs in, through a jump host if set. Throws
 * `UserError` for what an input can fix, `FailureError` for network and server, `CancelledError`; each names its host.
 */
export async function connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
  const connection = await open(target, options)
  if (options.survivesAbort !== true) connection.closeOn(options.signal)
  return connection
}

async function open(target: SshTarget, options: ConnectOptions): Promise<ConnectionPool> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const settings = { timeouts, onRetry: options.onRetry ?? (() => {}) }
  const { signal } = options
  if (target.jump === undefined) {
    const dialer = new Dialer(target, settings)
    return new ConnectionPool(target.host, await dialer.link(signal), signal => dialer.link(signal))
  }
  const jump = await new Dialer(target.jump, { ...settings, isJump: true }).link(signal)
  const route = routeThrough(target.jump, jump)
  try {
    const behind = { ...target, hostKeys: target.hostKeys.without(jump.hostKey) }
    const dialer = new Dialer(behind, { ...settings, route })
    const first = await dialer.link(signal)
    return new ConnectionPool(
      target.host,
      first,
      signal => dialer.link(signal),
      () => route.close(),
    )
  } catch (error) {
    route.close()
    throw error
  }
}
