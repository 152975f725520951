import { formatCount } from '../runtime/text/format-count'

/** `a, b and 3 more`: names for a sentence, no more of them than `max`. `count`: how many there are, where not all are given. */
export function listed(names: readonly string[], max: number, count = names.length): string {
  const shown = names.slice(0, max)
  const more = count - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

/** The same, a line each. */
export function listedLines(lines: readonly string[], max: number): string[] {
  const more = lines.length - max
  return [...lines.slice(0, max), ...(more > 0 ? [`… and ${formatCount(more)} more`] : [])]
}
