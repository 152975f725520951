/** What speaks against the answer to a drill check, as the end of a sentence about it. */
export interface AnswerProblem {
  problem: string
  advice?: string
}

/**
 * Judges the first line that a drill check returned; undefined: there was no row. Only a number other than zero is
 * true, and nothing else of it is shown: it may be of a row.
 */
export function checkAnswer(line: string | undefined): AnswerProblem | undefined {
  if (line === undefined) return { problem: 'is not true: it returned no row' }
  const value = line.split('\t', 1)[0] ?? ''
  if (value === '') return { problem: 'is not true: it returned nothing' }
  if (value === 'NULL') return { problem: 'is not true: it returned NULL' }
  // A zero of type BIT or BINARY, as the client prints it, and as it is.
  if (value === '\\0' || value === '\0') return { problem: 'is not true: it returned a zero byte' }
  if (!isNumber(value)) {
    return {
      problem: 'is neither true nor not: what it returned is no number',
      advice: 'Ask for a comparison, as in "SELECT COUNT(*) > 0 FROM orders".',
    }
  }
  return Number(value) === 0 ? { problem: `is not true: it returned ${value}` } : undefined
}

/** DECIMAL has 65 digits at most, and a DOUBLE is printed with fewer. */
function isNumber(value: string): boolean {
  return value.length <= 100 && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)
}
