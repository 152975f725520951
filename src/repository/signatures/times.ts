export const minuteMs = 60_000

/** How far the clocks of a runner and a store may differ before nothing of the two can be compared. */
export const hourMs = 60 * minuteMs
