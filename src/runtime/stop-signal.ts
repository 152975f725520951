import { setMaxListeners } from 'node:events'
import { CancelledError } from './errors'

/** What can be told to stop: the process, or a stand-in. */
export interface Stoppable {
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
}

/**
 * A signal that aborts with `CancelledError` when the process is told to stop. The handlers stay, so that a second
 * SIGINT or the SIGTERM that follows does not kill the clean-up.
 */
export function stopSignal(process: Stoppable): AbortSignal {
  const controller = new AbortController()
  // Every transfer listens; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, controller.signal)
  const stop = () => controller.abort(new CancelledError())
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
