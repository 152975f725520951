import { type Finding, sentenceOf } from '../../findings/finding'
import { plural } from '../../runtime/text/format-count'
import { code, prose } from './markdown'

/** The part of the job summary, of text already scrubbed; '' without warnings. */
export function warningsSection(warnings: readonly Finding[]): string {
  if (warnings.length === 0) return ''
  const items = warnings.map(each => `- ${code(each.code)} ${prose(sentenceOf(each))}`)
  return `### ⚠️ ${plural(warnings.length, 'warning')}\n\n${items.join('\n')}`
}
