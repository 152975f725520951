import { ConnectionPool } from './connection-pool'
import { establish } from './dial/establish'
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
  const onRetry = options.onRetry ?? (() => {})
  const { signal } = options
  const settings = { timeouts, onRetry }
  if (target.jump === undefined) {
    const first = await establish(target, { ...settings, signal })
    return new ConnectionPool(target.host, first, signal => establish(target, { ...settings, signal }))
  }
  const jump = await establish(target.jump, { ...settings, signal, isJump: true })
  const route = routeThrough(target.jump, jump)
  const behind = { ...target, hostKeys: target.hostKeys.without(jump.hostKey) }
  try {
    const first = await establish(behind, { ...settings, signal, route })
    const another = (signal: AbortSignal) => establish(behind, { ...settings, signal, route })
    return new ConnectionPool(target.host, first, another, () => route.close())
  } catch (error) {
    route.close()
    throw error
  }
}
