import { formatCount } from '../../runtime/text/format-count'
import { printable, printableLines } from '../../runtime/text/printable'
import { isRunUrl } from '../run-url'

/** Text of unknown origin as one line without Markdown, HTML, links, mentions or emoji; line breaks become `<br>`. */
export function prose(text: string): string {
  return printableLines(text.trim()).map(escapeProse).join('<br>')
}

/** Text of unknown origin as code within a line or a table cell. */
export function code(text: string): string {
  return `<code>${escapeMarks(printable(text))}</code>`
}

/** A link to a run of GitHub Actions, of text of ours; '' for any other address: it may come from a manifest. */
export function runLink(text: string, url: string): string {
  return isRunUrl(url) ? `[${text}](${url})` : ''
}

/** Lines of unknown origin as a block of code; the fence is longer than any run of backticks within. */
export function fenced(lines: readonly string[], language = ''): string {
  const shown = lines.flatMap(printableLines)
  const longest = Math.max(2, ...shown.map(line => Math.max(0, ...(line.match(/`+/g) ?? []).map(run => run.length))))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...shown, fence].join('\n')
}

/** A column of a table: its heading, and whether it holds numbers. */
export interface Column {
  heading: string
  isNumber?: boolean
}

/** A table. Headings and cells are Markdown of one line: `prose`, `code`, or words of ours. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ heading }) => heading)),
    line(columns.map(({ isNumber }) => (isNumber ? '--:' : ':--'))),
    ...rows.map(line),
  ].join('\n')
}

/** A list of Markdown of one line each, no more of them than `max`: what is left out is in the log. */
export function bullets(items: readonly string[], max: number): string {
  const more = items.length - max
  const rest = more > 0 ? [`… and ${formatCount(more)} more, in the log`] : []
  return [...items.slice(0, max), ...rest].map(item => `- ${item}`).join('\n')
}

/** Markdown folded under a heading, closed at first. */
export function folded(heading: string, markdown: string): string {
  return `<details><summary>${heading}</summary>\n\n${markdown}\n\n</details>`
}

// A character reference shows as its character and never has a meaning (CommonMark 2.5). The marks that mean something
// only in places are left alone elsewhere, so that names stay readable in the source: an underscore within a word, the
// colon of a time, the full stop of a file name. `www.` and `://` would become links, `1.` and `-` a list, `=` a
// heading.
function escapeMarks(line: string): string {
  return line.replace(
    /[&<>*[\]\\`~|#$@]|(?<![a-z0-9])_|_(?![a-z0-9])|:(?=\/\/)|(?<=www)\.|^[-+=]|(?<=^\d+)[.)]/gi,
    character => `&#${character.charCodeAt(0)};`,
  )
}

// GitHub looks for mentions, issue numbers and emoji in the finished text, outside of code: a space without width parts
// them.
function escapeProse(line: string): string {
  return escapeMarks(line.replace(/[@#](?=[\w-])|:(?=[a-z+-])/gi, `$&${parting}`)).replaceAll(parting, '&#8203;')
}

const parting = '\u200b'
