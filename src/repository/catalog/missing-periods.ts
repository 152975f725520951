import { timezoneOf } from '../names/known-timezone'
import { parseRotation, slotName } from '../names/slot'
import type { CatalogPoint } from './catalog'
import type { CatalogFacts } from './catalog-facts'
import { weekMs } from './stale-slot'

/** Of a recovery point what is needed to know its period. */
interface DatedEntry extends Pick<CatalogPoint, 'state' | 'place' | 'storedAt'> {
  facts?: Pick<CatalogFacts, 'takenAt' | 'timezone'>
}

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
 * Which periods of this length have no good recovery point, in the ring or in a tier: one that was named is no hour of
 * the schedule. The first is that of the oldest
 * recovery point in the ring, good or not, at most a week back; the last is the last that is over. Hours and days are
 * those of the time zone that names the slots, so a late start counts for its slot's hour.
 */
export function missingPeriods(entries: readonly DatedEntry[], everyMs: number, now: Date): ExpectedPeriods {
  const good = entries.filter(({ state, place }) => state === 'good' && place !== 'manual')
  const calendar = calendarOf(good[0]?.facts?.timezone ?? 'UTC', everyMs)
  const taken = new Set(timesOf(good).map(calendar.periodOf))
  const weekAgoMs = now.getTime() - weekMs
  const oldestMs = oldestOfRing(entries)
  const begun = calendar.periodsBetween(Math.max(oldestMs, weekAgoMs), now.getTime())
  const expected = begun.filter(
    ({ beginning }) =>
      beginning.getTime() + everyMs <= now.getTime() &&
      // The slots of the period a week ago may have been overwritten already.
      (oldestMs > weekAgoMs || beginning.getTime() >= weekAgoMs),
  )
  return {
    everyMs,
    since: expected[0]?.beginning,
    count: expected.length,
    missing: expected.filter(({ period }) => !taken.has(period)).map(({ beginning }) => beginning),
  }
}

/** When the ring was begun; an unreadable manifest counts by when it was stored. Infinity without a ring. */
function oldestOfRing(entries: readonly DatedEntry[]): number {
  const ring = entries.filter(({ place }) => place === 'ring')
  return ring.reduce(
    (oldestMs, entry) => Math.min(oldestMs, (entry.facts?.takenAt ?? entry.storedAt).getTime()),
    Number.POSITIVE_INFINITY,
  )
}

/** When these were taken; the newest first, as they come. */
function timesOf(entries: readonly DatedEntry[]): Date[] {
  return entries.flatMap(entry => entry.facts?.takenAt ?? [])
}

interface Period {
  /** The same for all moments of a period; the hour that a zone repeats in autumn is one. */
  period: number
  beginning: Date
}

const minuteMs = 60_000
const wholeMinute = parseRotation('{date}-{hour}-{minute}')

function calendarOf(timezone: string, everyMs: number) {
  const zone = timezoneOf({ timezone })
  /** What the clock on the wall shows, in milliseconds; whole minutes. */
  const wallClock = (time: Date): number => {
    const [year = 0, month = 1, ...rest] = slotName(wholeMinute, time, zone).split('-').map(Number)
    return Date.UTC(year, month - 1, ...rest)
  }
  const periodOf = (time: Date): number => Math.floor(wallClock(time) / everyMs)

  function periodsBetween(fromMs: number, toMs: number): Period[] {
    const found = new Map<number, Period>()
    // Small steps: a day may have 23 hours, and some zones shift by half an hour.
    const stepMs = Math.min(everyMs, 30 * minuteMs)
    for (let ms = fromMs; ms <= toMs; ms += stepMs) {
      const time = new Date(Math.floor(ms / minuteMs) * minuteMs)
      const period = periodOf(time)
      const beginning = new Date(time.getTime() - (wallClock(time) - period * everyMs))
      if (!found.has(period)) found.set(period, { period, beginning })
    }
    return [...found.values()]
  }

  return { periodOf, periodsBetween }
}
