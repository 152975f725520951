/** Milliseconds for a reader: `0.4 s`, `26 s`, `1 m 38 s`, `2 h 5 m`, `3 d 4 h`. At most two units. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs)
  if (ms < 9_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return twoUnits(minutes, 60, 'h', 'm')
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h')
}

function twoUnits(count: number, perLarge: number, large: string, small: string): string {
  const rest = count % perLarge
  return `${Math.floor(count / perLarge)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

/** What comes behind `every`: `hour`, `day`, `2 h`. */
export function formatPeriod(periodMs: number): string {
  const text = formatDuration(periodMs)
  return text === '1 h' ? 'hour' : text === '1 d' ? 'day' : text
}
