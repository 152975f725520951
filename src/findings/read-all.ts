import { UserError } from '../runtime/errors'

/** Several wrong inputs: the message has the first, `detail` has all. */
export class InputProblems extends UserError {
  readonly problems: readonly UserError[]

  constructor(problems: readonly UserError[]) {
    super(`${problems[0]?.message} (The first of ${problems.length} problems with the inputs.)`, {
      advice: 'Fix all of them before the next run: the log lists each one.',
      detail: problems.flatMap((problem, index) => listed(problem, index + 1)),
    })
    this.problems = problems
  }
}

/**
 * Calls every reader, even after one has failed, and returns the results by name. Throws a single error as it is and
 * several as `InputProblems`: a run takes a minute, so one run reports them all.
 */
export function readAll<T extends object>(readers: { [K in keyof T]: () => T[K] }): T {
  const values: Partial<T> = {}
  const problems: UserError[] = []
  for (const name in readers) {
    try {
      values[name] = readers[name]()
    } catch (error) {
      problems.push(...problemsIn(error))
    }
  }
  throwAny(problems)
  if (!isComplete(values, readers)) throw new TypeError('A reader neither returned nor threw.')
  return values
}

/** Maps every item, even after one has failed. Throws as `readAll` does. */
export function mapAll<T, R>(items: readonly T[], work: (item: T, index: number) => R): R[] {
  const problems: UserError[] = []
  const results = items.flatMap((item, index) => {
    try {
      return [work(item, index)]
    } catch (error) {
      problems.push(...problemsIn(error))
      return []
    }
  })
  throwAny(problems)
  return results
}

function problemsIn(error: unknown): readonly UserError[] {
  if (error instanceof InputProblems) return error.problems
  if (error instanceof UserError) return [error]
  throw error
}

function throwAny(problems: readonly UserError[]): void {
  const [first, second] = problems
  if (second !== undefined) throw new InputProblems(problems)
  if (first !== undefined) throw first
}

function isComplete<T extends object>(values: Partial<T>, readers: object): values is T {
  return Object.keys(readers).every(name => name in values)
}

function listed(problem: UserError, number: number): string[] {
  const advice = problem.advice === undefined ? '' : ` ${problem.advice}`
  return [`${number}. ${problem.message}${advice}`, ...problem.detail.map(line => `   ${line}`)]
}
