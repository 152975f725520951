const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** Bytes for a reader, in decimal units: `812 B`, `1.2 MB`, `12.3 MB`, `240 MB`. */
export function formatSize(bytes: number): string {
  return scaled(bytes, 100)
}

/** Bytes per second for a reader: `3.4 MB/s`, `31 MB/s`. `–` for a duration of zero. */
export function formatRate(bytes: number, durationMs: number): string {
  return durationMs > 0 ? `${scaled((bytes / durationMs) * 1000, 10)}/s` : '–'
}

// One decimal below `wholeFrom`, none from there on. A value that rounds to 1,000 goes to the next unit.
function scaled(bytes: number, wholeFrom: number): string {
  let value = bytes
  let unit = 0
  while (unit < units.length - 1 && Math.round(value) >= 1000) {
    value /= 1000
    unit++
  }
  const decimals = unit === 0 || Math.round(value * 10) / 10 >= wholeFrom ? 0 : 1
  return `${value.toFixed(decimals).replace(/\.0$/, '')} ${units[unit]}`
}
