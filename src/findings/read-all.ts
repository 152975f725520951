import { type ActionError, asOne, UserError } from '../runtime/errors'

/**
 * Calls every reader, even after one has failed, and returns the results by name. Throws a single error as it is and
 * several as one: a run takes a minute, so one run reports them all.
 */
export function readAll<T extends object>(readers: { [K in keyof T]: () => T[K] }): T {
  const values: Partial<T> = {}
  const faults: ActionError[] = []
  for (const name in readers) {
    try {
      values[name] = readers[name]()
    } catch (error) {
      faults.push(...faultsIn(error))
    }
  }
  throwAny(faults)
  if (!isComplete(values, readers)) throw new TypeError('A reader neither returned nor threw.')
  return values
}

/** Maps every item, even after one has failed. Throws as `readAll` does. */
export function mapAll<T, R>(items: readonly T[], work: (item: T, index: number) => R): R[] {
  const faults: ActionError[] = []
  const results = items.flatMap((item, index) => {
    try {
      return [work(item, index)]
    } catch (error) {
      faults.push(...faultsIn(error))
      return []
    }
  })
  throwAny(faults)
  return results
}

function faultsIn(error: unknown): readonly ActionError[] {
  if (!(error instanceof UserError)) throw error
  return error.faults.length > 0 ? error.faults : [error]
}

function throwAny(faults: readonly ActionError[]): void {
  const error = asOne(faults)
  if (error !== undefined) throw error
}

function isComplete<T extends object>(values: Partial<T>, readers: object): values is T {
  return Object.keys(readers).every(name => name in values)
}
