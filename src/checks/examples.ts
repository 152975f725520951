import type { Examples } from './content-check'

export function noExamples(): Examples {
  return { count: 0, examples: [] }
}

/** Counts one more, and keeps it as an example while there are few. */
export function note(found: Examples, example: () => string): void {
  found.count++
  if (found.examples.length < 5) found.examples.push(example())
}
