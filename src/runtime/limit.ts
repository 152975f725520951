/** Runs a piece of work when there is room for it. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

/** So many pieces of work at once; the others wait, and come in the order in which they asked. */
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
