import { FailureError } from '../runtime/errors'

/** A stream without data for this long is dead. Keepalives prove that the link works, not the process behind it. */
const stallMs = 10 * 60_000

/** Calls `fail` when a stream that has begun sends nothing for ten minutes. Clear the timer to stop. */
export function watchForStall(storedBytes: () => number, name: string, fail: (error: Error) => void): NodeJS.Timeout {
  let last = 0
  let lastMoved = performance.now()
  const timer = setInterval(() => {
    const now = storedBytes()
    if (now !== last || now === 0) {
      last = now
      lastMoved = performance.now()
    } else if (performance.now() - lastMoved > stallMs) {
      fail(
        new FailureError(`The stream of ${name} sent no data for ${stallMs / 60_000} minutes.`, {
          advice:
            'Check the server for a dump that waits for a lock (SHOW PROCESSLIST) or a disk that does not respond.',
        }),
      )
    }
  }, 15_000)
  timer.unref()
  return timer
}
