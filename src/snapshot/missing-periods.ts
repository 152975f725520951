import { type CatalogEntry, takenAtOf } from './catalog'
import { parseRotation, slotName } from './slot'
import { weekMs } from './stale-slot'

/** The periods in each of which a recovery point is expected. */
export interface ExpectedPeriods {
  everyMs: number
  /** Where the first of them begins; undefined when there is none. */
  since: Date | undefined
  count: number
  /** The beginnings of those without a good one, the oldest first. */
  missing: Date[]
}

/**
 * Which periods of this length have no good recovery point, be it in the ring or in a tier. They begin with the oldest good one that
 * the ring has from the last week, or with that week when it has older ones only, and end with the last that is over: what has begun may
 * yet come. Hours and days are those of the time zone that names the slots, so that a late start counts for the hour whose slot it wrote.
 */
export function missingPeriods(
  entries: readonly CatalogEntry[],
  everyMs: number,
  now: Date,
): ExpectedPeriods {
  const good = entries.filter(({ state }) => state === 'good')
  const calendar = calendarOf(good[0]?.facts?.timezone ?? 'UTC', everyMs)
  const taken = new Set(timesOf(good).map(calendar.periodOf))
  const weekAgoMs = now.getTime() - weekMs
  const ring = timesOf(good.filter(({ place }) => place === 'ring'))
  const oldest = ring.filter(time => time.getTime() >= weekAgoMs).at(-1)
  const begun = ring.length === 0 ? [] : calendar.periodsBetween(oldest ?? new Date(weekAgoMs), now)
  const expected = begun.filter(
    ({ beginning }) =>
      beginning.getTime() + everyMs <= now.getTime() &&
      (oldest !== undefined || beginning.getTime() >= weekAgoMs),
  )
  return {
    everyMs,
    since: expected[0]?.beginning,
    count: expected.length,
    missing: expected.filter(({ period }) => !taken.has(period)).map(({ beginning }) => beginning),
  }
}

/** When these were taken; the newest first, as they come. */
function timesOf(entries: readonly CatalogEntry[]): Date[] {
  return entries.flatMap(entry => takenAtOf(entry) ?? [])
}

interface Period {
  /** The same for all moments of a period; the hour that a zone repeats in autumn is one. */
  period: number
  beginning: Date
}

const minuteMs = 60_000
const wholeMinute = parseRotation('{date}-{hour}-{minute}')

function calendarOf(timezone: string, everyMs: number) {
  const zone = isKnownZone(timezone) ? timezone : 'UTC'
  /** What the clock on the wall shows, in milliseconds; whole minutes. */
  const wallClock = (time: Date): number => {
    const [year = 0, month = 1, ...rest] = slotName(wholeMinute, time, zone).split('-').map(Number)
    return Date.UTC(year, month - 1, ...rest)
  }
  const periodOf = (time: Date): number => Math.floor(wallClock(time) / everyMs)

  function periodsBetween(from: Date, to: Date): Period[] {
    const found = new Map<number, Period>()
    // Small steps: a day may have 23 hours, and some zones shift by half an hour.
    const stepMs = Math.min(everyMs, 30 * minuteMs)
    for (let ms = from.getTime(); ms <= to.getTime(); ms += stepMs) {
      const time = new Date(Math.floor(ms / minuteMs) * minuteMs)
      const period = periodOf(time)
      const beginning = new Date(time.getTime() - (wallClock(time) - period * everyMs))
      if (!found.has(period)) found.set(period, { period, beginning })
    }
    return [...found.values()]
  }

  return { periodOf, periodsBetween }
}

/** Whoever wrote a manifest may have written anything there. */
function isKnownZone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }) !== undefined
  } catch {
    return false
  }
}
