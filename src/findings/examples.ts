/** A count, with a few examples. */
export interface Examples {
  count: number
  /** The first five, for a message. */
  examples: string[]
}

/** The start: nothing found yet. */
export function noExamples(): Examples {
  return { count: 0, examples: [] }
}

/** Counts one more and keeps the first five as examples. */
export function note(found: Examples, example: () => string): void {
  found.count++
  if (found.examples.length < 5) found.examples.push(example())
}
