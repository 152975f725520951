import { setMaxListeners } from 'node:events'
import { CancelledError } from './errors'

/** What receives stop signals: the process, or a test double. */
export interface Stoppable {
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
}

/** A signal that aborts on SIGINT or SIGTERM. The handlers stay: a later signal must not kill the clean-up. */
export function stopSignal(process: Stoppable): AbortSignal {
  const controller = new AbortController()
  // Every transfer listens; Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, controller.signal)
  const stop = () => controller.abort(new CancelledError())
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
