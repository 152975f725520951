import { setMaxListeners } from 'node:events'
import { CancelledError } from './errors'

/** What receives stop signals: the process, or a test double. */
export interface Stoppable {
  on(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown
}

/** A signal that aborts on SIGINT or SIGTERM, and on more where named. The handlers stay: a later signal must not kill the clean-up. */
export function stopSignal(process: Stoppable, ...more: readonly 'SIGHUP'[]): AbortSignal {
  const controller = new AbortController()
  // Every transfer listens; Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, controller.signal)
  const stop = () => controller.abort(new CancelledError())
  for (const signal of ['SIGINT', 'SIGTERM', ...more] as const) process.on(signal, stop)
  return controller.signal
}
