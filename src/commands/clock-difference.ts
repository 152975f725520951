import { type Finding, isError, onOneLine, problem, warning } from '../findings/finding'
import { doClocksDiffer } from '../runtime/clock'
import { UserError } from '../runtime/errors'
import type { WallClock } from '../runtime/runtime'
import { formatDuration } from '../runtime/text/format-duration'
import { hourMs } from '../runtime/times'

/**
 * What is to be said about the clocks of this machine and of the store, once an answer has come; undefined when they
 * agree, or when the store does not show its time. An error from an hour on: then no backup is taken.
 */
export function clockDifference(clock: WallClock): Finding | undefined {
  if (!doClocksDiffer(clock)) return undefined
  if (!isRefused(clock)) return clockWarning(clock)
  const what = `${howFar(clock)} No backup is taken while they differ by an hour or more: nobody knows which hour it is.`
  return problem('clock', what, fix)
}

/** Throws `UserError` when the clocks are an hour apart. */
export function refuseClock(clock: WallClock): void {
  const difference = clockDifference(clock)
  if (difference === undefined || !isError(difference)) return
  throw new UserError(difference.what, { advice: onOneLine(difference.fix) })
}

/** For what only reads, or brings a site back: that is not refused, however far the clocks are apart. */
export function clockWarning(clock: WallClock): Finding | undefined {
  if (!doClocksDiffer(clock)) return undefined
  const used = "The store's time is used, for names, times and ages. Nothing is removed for its age while they differ."
  return warning('clock', `${howFar(clock)} ${used}`, fix)
}

function howFar(clock: WallClock): string {
  const aheadMs = clock.aheadMs() ?? 0
  const there = clock.now()
  const here = new Date(there.getTime() + aheadMs)
  return `The runner's clock is ${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the store's: it is ${here.toISOString()} on the runner and ${there.toISOString()} in the store.`
}

const fix =
  'Set the clock of the machine that runs this workflow:\nsudo timedatectl set-ntp true\nIf it is right, set that of the store.'

function isRefused({ aheadMs }: Pick<WallClock, 'aheadMs'>): boolean {
  return Math.abs(aheadMs() ?? 0) >= hourMs
}
