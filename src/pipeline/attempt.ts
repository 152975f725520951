/** Does one step of a stream, and passes what it returned, or what it threw, to its callback. */
export function attempt<T>(work: () => T, done: (error: Error | null, value?: T) => void): void {
  let value: T
  try {
    value = work()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  done(null, value)
}
