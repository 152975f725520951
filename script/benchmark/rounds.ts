/** The middle of several figures, and the least and the greatest of them. */
export interface Spread {
  median: number
  least: number
  most: number
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((one, other) => one - other)
  const [least, median, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  if (least === undefined || median === undefined || most === undefined) throw new Error('Nothing was measured.')
  return { least, median, most }
}

/**
 * Runs all contestants once, then all again: what else the machine does falls on each alike. Returns what each came to,
 * by its name, round by round.
 */
export async function inRounds<T>(
  rounds: number,
  contestants: ReadonlyMap<string, () => Promise<T>>,
): Promise<Map<string, T[]>> {
  const found = new Map<string, T[]>([...contestants.keys()].map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of contestants) found.get(name)?.push(await run())
  }
  return found
}

/** Round by round how many times the figure of the other one this is: the ratio of two that ran one after the other. */
export function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN)))
}

/** `12.3 s (11.9–14.0)`; one round has no spread. */
export function shownSpread({ median, least, most }: Spread, digits: number, unit = ''): string {
  const rest = least === most ? '' : ` (${least.toFixed(digits)}–${most.toFixed(digits)})`
  return `${median.toFixed(digits)}${unit}${rest}`
}
