import { formatCount } from '../../runtime/text/format-count'
import { pagesUrl } from '../../runtime/version'
import { code, prose } from './markdown'

/** A numbered list of faults, each with its fix below; what is left out is in the log. */
export function faultsList(faults: readonly { what: string; fix?: string }[], max = 200): string {
  const items = faults.slice(0, max).map(({ what, fix }, index) => {
    const below = fix === undefined ? '' : `<br>${fixMarkdown(fix)}`
    return `${index + 1}. ${prose(what)}${below}`
  })
  const more = faults.length - items.length
  return [...items, ...(more > 0 ? [`\n… and ${formatCount(more)} more, in the log.`] : [])].join('\n')
}

/** A fix: statements and commands as code on lines of their own, and our pages and runs as links. */
export function fixMarkdown(fix: string): string {
  return fix
    .split('\n')
    .map(line => (isToCopy(line) ? code(line) : linked(line)))
    .join('<br>')
}

function isToCopy(line: string): boolean {
  return /^(GRANT|ALTER TABLE|CREATE USER|DROP VIEW|SET GLOBAL|aws|apk|sudo|mkdir|rm|df|chmod|lsattr|sh) |^\{/.test(
    line,
  )
}

// Text may come from a server: nothing but these two becomes a link.
function linked(line: string): string {
  return line
    .split(/(\bdocs\/[a-z-]+\.md\b|https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/actions\/runs\/\d+)/)
    .map((part, index) => (index % 2 === 0 ? proseWithin(part) : `[${part}](${urlOf(part)})`))
    .join('')
}

function urlOf(part: string): string {
  return part.startsWith('https:') ? part : `${pagesUrl}/${part}`
}

/** `prose` trims; the space before and after a link stays. */
function proseWithin(text: string): string {
  const isEmpty = text.trim() === ''
  const [before = '', after = ''] = [/^\s*/, isEmpty ? /^$/ : /\s*$/].map(space => space.exec(text)?.[0])
  return `${before}${prose(text)}${after}`
}
