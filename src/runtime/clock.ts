import type { Clock, StoreClock, WallClock } from './runtime'
import { minuteMs } from './times'

/** The clock of this machine. */
export const systemClock: Omit<Clock, 'aheadMs'> = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
}

/** An answer that took longer says too little about the time. */
const roundTripMaxMs = 30_000

/**
 * This machine's clock, until an answer of the store has a `Date`: from then on the store's. The first one decides, so
 * that all times of a run go together; and a clock that is set meanwhile moves none of them.
 */
export function storeClock(machine: Omit<Clock, 'aheadMs'>): StoreClock {
  const [begunAt, begunMs] = [machine.now().getTime(), machine.monotonicMs()]
  const machineMs = () => begunAt + machine.monotonicMs() - begunMs
  let aheadMs: number | undefined
  return {
    now: () => new Date(machineMs() - (aheadMs ?? 0)),
    monotonicMs: machine.monotonicMs,
    aheadMs: () => aheadMs,
    asking: () => {
      const sentAtMs = machineMs()
      return date => {
        const answeredAtMs = machineMs()
        if (answeredAtMs - sentAtMs <= roundTripMaxMs) aheadMs ??= clockAhead(date, sentAtMs, answeredAtMs)
      }
    },
  }
}

/** Zero when the store's time, which has whole seconds, is between the request and the response. */
function clockAhead(date: string | undefined, sentAtMs: number, answeredAtMs: number): number | undefined {
  const storeMs = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(storeMs)) return undefined
  if (sentAtMs >= storeMs + 1000) return sentAtMs - storeMs - 1000
  return answeredAtMs < storeMs ? answeredAtMs - storeMs : 0
}

/** Whether the clocks of this machine and of the store are known to differ: nothing may be removed by its age then. */
export function doClocksDiffer({ aheadMs }: Pick<WallClock, 'aheadMs'>): boolean {
  return Math.abs(aheadMs() ?? 0) > minuteMs
}
