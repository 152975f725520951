import { calendarFields } from '../../../repository/names/slot'
import type { CompareContents } from './folder-settings'

/** What decides whether contents are compared. */
export interface ComparisonFacts {
  now: Date
  timezone: string
  /** Of the last good recovery point. Undefined: there is none, or nothing was compared yet. */
  comparedAt: string | undefined
  /** False: the bucket does not say. */
  isReadable: boolean
}

/**
 * Whether a run compares contents, as the server script takes it: `yes`, '' for no, or, where the bucket cannot be
 * read, the day or week, in which the server does so once. The last good recovery point decides, so that a failed run
 * does not count. A clock that jumps only makes it another day or week, and so one comparison more.
 */
export function comparisonWord(every: CompareContents, facts: ComparisonFacts): string {
  if (every === 'never') return ''
  if (every === 'always') return 'yes'
  const { now, timezone, comparedAt, isReadable } = facts
  const period = (at: Date) => (every === 'daily' ? dayOf(at, timezone) : weekOf(at, timezone))
  if (!isReadable) return period(now)
  return comparedAt === undefined || period(new Date(comparedAt)) !== period(now) ? 'yes' : ''
}

function dayOf(at: Date, timezone: string): string {
  return calendarFields(at, timezone).date
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const dayMs = 86_400_000

/** The date of its Monday. */
function weekOf(at: Date, timezone: string): string {
  const { date, weekday } = calendarFields(at, timezone)
  return new Date(Date.parse(date) - weekdays.indexOf(weekday) * dayMs).toISOString().slice(0, 10)
}
