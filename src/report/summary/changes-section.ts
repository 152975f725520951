import type {
  CountChange,
  Course,
  FolderChanges,
  PartChange,
  ReportedChanges,
  TableChanges,
} from '../../repository/guards/changes'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import type { FilesEdited } from '../../sources/backup-part'
import { formatChange } from './change'
import { code, prose, table } from './markdown'

/**
 * The part of the job summary that shows what changed, of names already scrubbed. `edited`: which files rsync has copied
 * or removed; without it folders are compared.
 */
export function changesSection(changes: ReportedChanges, now: Date, edited?: FilesEdited): string {
  return [
    '### What changed',
    sinceLine(changes, now),
    ...beforeAndAfter(edited === undefined ? changes : withoutFolders(changes)),
    ...(edited === undefined ? [] : editedPart(edited)),
  ].join('\n\n')
}

/** `Since the last good recovery point, Monday-12-00, taken 1 h before:` */
export function sinceLine({ since }: ReportedChanges, now: Date): string {
  const age = formatDuration(now.getTime() - since.takenAt.getTime())
  return `Since the last good recovery point, ${code(since.slot)}, taken ${age} before:`
}

/** Before and after: parts, tables, folders. */
export function beforeAndAfter({ parts, tables, folders }: ReportedChanges): string[] {
  return [
    partsTable(parts),
    ...(tables === undefined ? [] : tablesPart(tables)),
    ...(folders === undefined ? [] : foldersPart(folders)),
  ]
}

function withoutFolders({ folders: _, ...changes }: ReportedChanges): ReportedChanges {
  return changes
}

function partsTable(parts: readonly PartChange[]): string {
  const columns = [
    { heading: 'Part' },
    { heading: 'More or less of' },
    { heading: 'Unpacked before', isNumber: true },
    { heading: 'Now', isNumber: true },
    { heading: 'Change', isNumber: true },
  ]
  const rows = parts.map(({ name, contentBytes: { before, after }, counts }) => [
    prose(name),
    after === undefined || before === undefined ? '' : counts.flatMap(countWords).join(', '),
    ...sizes({ before, after }),
  ])
  return table(columns, rows)
}

function countWords({ one, many = `${one}s`, before = 0, after = 0 }: CountChange): string[] {
  if (before === after) return []
  return [`**${signed(after - before)}** ${Math.abs(after - before) === 1 ? one : many}`]
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
  const rows = greatest.map(({ name, rows, bytes }) => [code(name), ...counts(rows, 'other rows'), ...sizes(bytes)])
  return [
    `Tables: ${words.join(', ')}.`,
    ...comparison('Table', 'Rows', rows),
    ...moreLine('table', differing, rows.length),
  ]
}

function foldersPart({ differing, greatest }: FolderChanges): string[] {
  if (differing === 0) return ['Every folder has as many files and bytes as before.']
  const rows = greatest.map(({ name, files, bytes }) => [code(name), ...counts(files, 'as many'), ...sizes(bytes)])
  return [...comparison('Folder', 'Files', rows), ...moreLine('folder', differing, rows.length)]
}

function comparison(what: string, counted: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const numbers = [`${counted} before`, 'Now', 'Change', 'Size before', 'Now', 'Change']
  return [table([{ heading: what }, ...numbers.map(heading => ({ heading, isNumber: true }))], rows)]
}

function moreLine(noun: string, differing: number, shown: number): string[] {
  const more = differing - shown
  return more > 0 && shown > 0 ? [`and ${plural(more, `more ${noun}`)} that ${more === 1 ? 'differs' : 'differ'}.`] : []
}

function counts({ before, after }: Course, same: string): string[] {
  const shown = [before, after].map(count => (count === undefined ? '' : formatCount(count)))
  if (before === undefined || after === undefined) return [...shown, '']
  return [...shown, before === after ? same : `**${signed(after - before)}**`]
}

function sizes({ before, after }: Course): string[] {
  const shown = [before, after].map(bytes => (bytes === undefined ? '' : formatSize(bytes)))
  if (before === undefined) return [...shown, '**new**']
  return [...shown, after === undefined ? '**gone**' : formatChange(after, before)]
}

function editedPart({ added, changed, removed, folders }: FilesEdited): string[] {
  if (added + changed + removed === 0) return ['No file changed since the run before.']
  const total = `Files since the run before: ${formatCount(added)} new, ${formatCount(changed)} changed, ${formatCount(removed)} deleted.`
  const columns = ['New', 'Changed', 'Deleted'].map(heading => ({ heading, isNumber: true }))
  const rows = folders.map(each => [
    code(each.folder),
    ...[each.added, each.changed, each.removed].map(count => (count === 0 ? '' : formatCount(count))),
  ])
  return [total, ...(rows.length === 0 ? [] : [table([{ heading: 'Folder' }, ...columns], rows)])]
}

function signed(difference: number): string {
  return `${difference > 0 ? '+' : '−'}${formatCount(Math.abs(difference))}`
}
