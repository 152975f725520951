/** How many of something were found, and which, for example. */
export interface Examples {
  count: number
  /** The first five, for a message. */
  examples: string[]
}

/** Before the first one is found. */
export function noExamples(): Examples {
  return { count: 0, examples: [] }
}

/** Counts one more, and keeps it as an example while there are few. */
export function note(found: Examples, example: () => string): void {
  found.count++
  if (found.examples.length < 5) found.examples.push(example())
}
