import type { ReportedWeek, WeekPoint } from '../commands/run-facts'
import { weekMs } from '../repository/catalog/stale-slot'
import { timezoneOf } from '../repository/names/known-timezone'
import { calendarFields } from '../repository/names/slot'
import { hourMs } from '../runtime/times'

/** One hour of the last seven days. `gap`: one was due, and none is there; `none`: none was due, as far as is known. */
export interface WeekCell {
  state: WeekPoint['state'] | 'gap' | 'none'
  /** The recovery point of this hour, the last one where there are several. */
  point?: WeekPoint
}

export interface WeekDay {
  /** `Monday` */
  name: string
  /** From 0 to 23 o'clock. */
  hours: readonly WeekCell[]
}

/** In the order of a legend. */
const cellStates = ['proven', 'good', 'stale', 'suspect', 'disproven', 'unfit', 'gap', 'none'] as const

export const cellMeanings: Readonly<Record<WeekCell['state'], string>> = {
  ...{ proven: 'proven by a drill', good: 'good', stale: 'older than a week', suspect: 'suspect' },
  ...{ disproven: 'its drill failed', unfit: 'cannot be restored', gap: 'missing', none: 'none' },
}

/** Those that occur, for a legend. */
export function seenStates(days: readonly WeekDay[]): WeekCell['state'][] {
  const seen = new Set(days.flatMap(({ hours }) => hours.map(({ state }) => state)))
  return cellStates.filter(state => seen.has(state))
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

/**
 * The last seven days as seven weekdays of 24 hours, by the clock of the zone that names the slots. Of today's weekday the
 * hours to come are those of a week ago.
 */
export function weekGrid({ points, missing, timezone }: ReportedWeek, now: Date): WeekDay[] {
  const zone = timezoneOf({ timezone })
  const cells = new Map<string, WeekCell>()
  const known = points.filter(({ state, takenAt }) => state === 'stale' || isThisWeek(takenAt, now))
  for (const point of known.toSorted((one, other) => one.takenAt.getTime() - other.takenAt.getTime()))
    cells.set(placeOf(point, zone), { state: point.state, point })
  for (const beginning of missing) {
    const place = placeOfTime(beginning, zone)
    if (isThisWeek(beginning, now) && !cells.has(place)) cells.set(place, { state: 'gap' })
  }
  return weekdays.map(name => ({
    name,
    hours: Array.from({ length: 24 }, (_, hour) => cells.get(`${name} ${hour}`) ?? { state: 'none' }),
  }))
}

/** A slot of an hour of the week is of that hour, however late its run began. */
function placeOf({ slot, takenAt }: WeekPoint, zone: string): string {
  const [, weekday, hour] = /^([A-Z][a-z]+day)-([01]\d|2[0-3])-00$/.exec(slot) ?? []
  return weekday === undefined ? placeOfTime(takenAt, zone) : `${weekday} ${Number(hour)}`
}

function placeOfTime(time: Date, zone: string): string {
  const { weekday, hour } = calendarFields(time, zone)
  return `${weekday} ${Number(hour)}`
}

function isThisWeek(time: Date, now: Date): boolean {
  return now.getTime() - time.getTime() < weekMs + hourMs
}
