/** A whole number for a reader, with commas: `2,521`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A number and its noun: `1 file`, `2,521 files`, `2 directories`. `many` for nouns without a plural in -s. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
