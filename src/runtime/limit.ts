/** Runs work as soon as the limit allows. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

/** Runs at most `atOnce` pieces of work at the same time; the others wait in order. */
export function limit(atOnce: number): Limit {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async work => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
