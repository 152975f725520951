const hourMs = 60 * 60 * 1000

/** In hours: as schedules have them. */
const intervals = [1, 2, 3, 4, 6, 8, 12, 24]

/** Fewer recovery points show no habit. */
const leastKnown = 6

/**
 * How often recovery points are taken, in milliseconds, by the median of the times between neighbours: dropped hours do
 * not change it. Undefined when too few are known, or when they follow no schedule of whole hours.
 */
export function usualInterval(takenAt: readonly Date[]): number | undefined {
  if (takenAt.length < leastKnown) return undefined
  const times = takenAt.map(time => time.getTime()).sort((one, other) => one - other)
  const between = times.slice(1).map((time, index) => time - (times[index] ?? time))
  const hours = (between.sort((one, other) => one - other)[between.length >> 1] ?? 0) / hourMs
  const nearest = intervals.find(each => Math.abs(hours - each) <= each * 0.2)
  return nearest === undefined ? undefined : nearest * hourMs
}
