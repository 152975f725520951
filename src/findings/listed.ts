import { formatCount } from '../runtime/text/format-count'

/** `a, b and 3 more`: at most `max` names, for a sentence. `count`: the total, when `names` does not have them all. */
export function listed(names: readonly string[], max: number, count = names.length): string {
  const shown = names.slice(0, max)
  const more = count - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

/** The same, one per line. */
export function listedLines(lines: readonly string[], max: number): string[] {
  const more = lines.length - max
  return [...lines.slice(0, max), ...(more > 0 ? [`… and ${formatCount(more)} more`] : [])]
}
