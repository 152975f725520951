/** Whether the runtime knows this time zone. */
export function isKnownTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
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
