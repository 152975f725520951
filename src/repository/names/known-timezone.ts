/** Whether the runtime knows this time zone. */
export function isKnownTimezone(name: string): boolean {
  try {
    calendarOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The time zone that a manifest names, or UTC: there may be anything in it. */
export function timezoneOf({ timezone }: { timezone: string }): string {
  return isKnownTimezone(timezone) ? timezone : 'UTC'
}

/** Making one takes longer than what it is used for. */
const calendars = new Map<string, Intl.DateTimeFormat>()

/** Moments by the clock of an IANA zone, in English. Throws RangeError where the runtime does not know it. */
export function calendarOf(timezone: string): Intl.DateTimeFormat {
  const known = calendars.get(timezone)
  if (known !== undefined) return known
  const calendar = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  calendars.set(timezone, calendar)
  return calendar
}
