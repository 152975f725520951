/** Runs work as soon as the limit allows. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

/** Runs at most `atOnce` pieces of work at the same time; the others wait in order. */
export function limit(atOnce: number): Limit {
  const { enter, leave } = turns(atOnce)
  return async work => {
    const turn = enter()
    if (turn !== undefined) await turn
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

/** The same for who enters and leaves by itself. `enter`: undefined when it need not wait. */
export function turns(atOnce: number): { enter(): Promise<void> | undefined; leave(): void } {
  let free = atOnce
  const waiting: (() => void)[] = []
  return {
    enter: () => {
      if (free === 0) return new Promise<void>(resolve => waiting.push(resolve))
      free--
      return undefined
    },
    leave: () => {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    },
  }
}
