/** Numbers that only look random: the same for the same seed (mulberry32). */
export interface Random {
  /** From 0 to below `limit`. */
  below(limit: number): number
  /** True about once in `times`. */
  once(times: number): boolean
  pick<T>(choices: readonly [T, ...T[]]): T
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, once: times => below(times) === 0, pick: choices => choices[below(choices.length)] ?? choices[0] }
}
