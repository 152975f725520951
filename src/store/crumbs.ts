/** So much must arrive within `crumbsMs` of waiting: 1.7 kB/s, which no link falls short of that anybody restores over. */
const bytesMin = 2 ** 20
const crumbsMs = 10 * 60_000
const lookMs = 15_000

/**
 * Calls `fail` when a source is waited for, and sends less than a MiB in ten minutes of that: a byte now and then keeps
 * a connection alive, and would do so for ever. The time in which the reader is slow does not count. Clear the interval
 * to stop.
 */
export function watchForCrumbs(source: {
  receivedBytes: () => number
  isWaiting: () => boolean
  fail: () => void
}): NodeJS.Timeout {
  let countedBytes = 0
  let waitedMs = 0
  return setInterval(() => {
    const bytes = source.receivedBytes()
    if (bytes - countedBytes >= bytesMin) {
      countedBytes = bytes
      waitedMs = 0
    } else if (source.isWaiting()) waitedMs += lookMs
    if (waitedMs >= crumbsMs) source.fail()
  }, lookMs).unref()
}
