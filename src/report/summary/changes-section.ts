import type { CountChange, PartChange, ReportedChanges, TableChanges } from '../../repository/guards/changes'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { formatChange } from './change'
import { code, prose, table } from './markdown'

/** The part of the job summary that shows what changed, of names already scrubbed. */
export function changesSection(changes: ReportedChanges, now: Date): string {
  const { since, parts, tables } = changes
  const age = formatDuration(now.getTime() - since.takenAt.getTime())
  return [
    '### What changed',
    `Since the last good recovery point, ${code(since.slot)}, taken ${age} before:`,
    partsTable(parts),
    ...(tables === undefined ? [] : tablesPart(tables)),
  ].join('\n\n')
}

function partsTable(parts: readonly PartChange[]): string {
  const columns = [
    { heading: 'Part' },
    { heading: 'Unpacked', isNumber: true },
    { heading: 'Change', isNumber: true },
    { heading: 'Contents' },
  ]
  const rows = parts.map(({ name, state, contentBytes: { before, after }, counts }) => [
    prose(name),
    after === undefined ? '' : formatSize(after),
    state === 'new' ? '**new**' : state === 'gone' ? '**gone**' : formatChange(after ?? 0, before),
    state === 'gone' ? '' : counts.map(countWords).join(', '),
  ])
  return table(columns, rows)
}

function countWords({ one, many, before, after }: CountChange): string {
  const words = plural(after ?? 0, one, many)
  if (before === undefined || after === undefined || before === after) return words
  return `${words} (**${signed(after - before)}**)`
}

function tablesPart(tables: TableChanges): string[] {
  const { changed, added, gone, unchanged, greatest } = tables
  const differing = changed + added + gone
  if (differing === 0)
    return unchanged === 0 ? [] : [`No table changed: ${plural(unchanged, 'table')}, row for row as before.`]
  const all = [
    [changed, 'changed'],
    [added, 'new'],
    [gone, 'gone'],
    [unchanged, 'unchanged'],
  ] as const
  const words = all.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`)
  const rows = greatest.map(({ name, rows: { before, after } }) => [
    code(name),
    before === undefined ? '' : formatSize(before),
    after === undefined ? '' : formatSize(after),
    before === undefined ? '**new**' : after === undefined ? '**gone**' : rowsChange(after, before),
  ])
  const columns = [
    { heading: 'Table' },
    { heading: 'Rows before', isNumber: true },
    { heading: 'Rows now', isNumber: true },
    { heading: 'Change', isNumber: true },
  ]
  const more = differing - greatest.length
  return [
    `Tables: ${words.join(', ')}.`,
    ...(rows.length === 0 ? [] : [table(columns, rows)]),
    ...(more > 0 && rows.length > 0
      ? [`and ${plural(more, 'more table')} that ${more === 1 ? 'differs' : 'differ'}.`]
      : []),
  ]
}

function rowsChange(after: number, before: number): string {
  return after === before ? 'other rows, same size' : formatChange(after, before)
}

function signed(difference: number): string {
  return `${difference > 0 ? '+' : '−'}${formatCount(Math.abs(difference))}`
}
