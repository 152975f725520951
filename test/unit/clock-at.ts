import type { WallClock } from '../../src/runtime/runtime'

/** A clock that stands still, or goes as `now` does. `aheadMs`: how far it is known to be ahead of the store's. */
export function clockAt(now: Date | string | (() => Date), aheadMs?: number): WallClock {
  return { now: typeof now === 'function' ? now : () => new Date(now), aheadMs: () => aheadMs }
}
