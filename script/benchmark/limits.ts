/** A figure that must not be above its limit. */
export interface Measured {
  what: string
  figure: number
  limit: number
  unit: string
}

/** Those above their limits, a line each. */
export function regressions(measured: readonly Measured[]): string[] {
  return measured
    .filter(({ figure, limit }) => !(figure <= limit))
    .map(
      ({ what, figure, limit, unit }) => `${what}: ${shown(figure)}${unit}, and the limit is ${shown(limit)}${unit}.`,
    )
}

function shown(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toFixed(2)
}
