import { FailureError } from '../runtime/errors'

/** A stream that stands still so long is dead: keepalives answer for the link, not for the process at its end. */
const stallMs = 10 * 60_000

/** Calls `fail` when a stream that has begun moves no byte for ten minutes. Clear the timer to end it. */
export function watchForStall(
  storedBytes: () => number,
  name: string,
  fail: (error: Error) => void,
): NodeJS.Timeout {
  let last = 0
  let lastMoved = performance.now()
  const timer = setInterval(() => {
    const now = storedBytes()
    if (now !== last || now === 0) {
      last = now
      lastMoved = performance.now()
    } else if (performance.now() - lastMoved > stallMs) {
      fail(
        new FailureError(`The stream of ${name} stood still for ${stallMs / 60_000} minutes.`, {
          advice:
            'Look at the server: a dump that waits for a lock (SHOW PROCESSLIST), or a disk that does not answer.',
        }),
      )
    }
  }, 15_000)
  timer.unref()
  return timer
}
