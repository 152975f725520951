import { parseRotation, slotName } from './slot'

/** The folders next to the ring that keep a recovery point for each day, ISO week, month and year. */
export const tiers = ['daily', 'weekly', 'monthly', 'yearly'] as const

export type Tier = (typeof tiers)[number]

/** How many entries of each tier are kept; 0: the tier is switched off. */
export type TierKeep = Readonly<Record<Tier, number>>

/** No tier is kept. */
export const noTiers: TierKeep = { daily: 0, weekly: 0, monthly: 0, yearly: 0 }

/**
 * The entry of each tier that this moment falls into, by the clock of the time zone: `daily/2026-11-23`,
 * `weekly/2026-W48` (ISO 8601: weeks begin on Monday, and a week belongs to the year of its Thursday),
 * `monthly/2026-11`, `yearly/2026`. Names of later moments never sort before those of earlier ones.
 */
export function tierEntryNames(at: Date, timezone: string): Readonly<Record<Tier, string>> {
  const date = slotName(calendarDate, at, timezone)
  return {
    daily: `daily/${date}`,
    weekly: `weekly/${isoWeek(date)}`,
    monthly: `monthly/${date.slice(0, -'-23'.length)}`,
    yearly: `yearly/${date.slice(0, -'-11-23'.length)}`,
  }
}

/** The tier that a name is an entry of; undefined for every other name. */
export function tierOf(name: string): Tier | undefined {
  return tiers.find(tier => name.startsWith(`${tier}/`) && periods[tier].test(name.slice(tier.length + 1)))
}

const calendarDate = parseRotation('{date}')

const periods: Readonly<Record<Tier, RegExp>> = {
  daily: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  weekly: /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/,
  monthly: /^\d{4}-(0[1-9]|1[0-2])$/,
  yearly: /^\d{4}$/,
}

const dayMs = 24 * 60 * 60 * 1000

function isoWeek(date: string): string {
  const day = new Date(`${date}T00:00:00Z`)
  const sinceMonday = (day.getUTCDay() + 6) % 7
  const thursday = new Date(day.getTime() + (3 - sinceMonday) * dayMs)
  const year = thursday.getUTCFullYear()
  const dayOfYear = Math.round((thursday.getTime() - new Date(`${pad(year, 4)}-01-01`).getTime()) / dayMs)
  return `${pad(year, 4)}-W${pad(1 + Math.floor(dayOfYear / 7), 2)}`
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0')
}
