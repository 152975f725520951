import type { ReportedArtifact, ReportedTables, RunReport } from '../../commands/backup/run-report'
import type { ReportedPhase } from '../../commands/run-facts'
import { formatCount } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { code, fenced, prose, table } from './markdown'

/** What each artifact was made from, what is in it, its sizes and duration; a last row for all where there are several. */
export function artifactsTable(artifacts: readonly ReportedArtifact[]): string {
  const rows = artifacts.map(({ name, origins, counts, bytes, contentBytes, durationMs }) => [
    prose(name),
    counts.map(prose).join(', '),
    `**${noBreak(formatSize(bytes))}**`,
    noBreak(formatSize(contentBytes)),
    noBreak(formatDuration(durationMs)),
    origins.map(code).join('<br>'),
  ])
  const columns = [
    ...['Part', 'Contents'].map(heading => ({ heading })),
    ...['Stored', 'Unpacked', 'Took'].map(heading => ({ heading, isNumber: true })),
    { heading: 'From' },
  ]
  return table(columns, artifacts.length > 1 ? [...rows, togetherRow(artifacts)] : rows)
}

/** The sha256 of every object as `sha256sum -c` reads it, and the keys, that of the manifest among them. */
export function checksumsAndKeys({ artifacts, manifestKey }: RunReport): string {
  const sums = artifacts.map(({ key, sha256 }) => `${sha256}  ${objectName(key)}`)
  const rows = artifacts.map(({ key, bytes }) => [code(key), formatCount(bytes)])
  const manifest = manifestKey === undefined ? [] : [[code(manifestKey), 'written last']]
  return `${fenced(sums, 'text')}\n\n${table([{ heading: 'Key' }, { heading: 'Bytes', isNumber: true }], [...rows, ...manifest])}`
}

/** Tables by the size of their rows, with bars; how many rows, where they were counted. */
export function tablesTable(largest: ReportedTables['largest']): string {
  const most = Math.max(...largest.map(({ bytes }) => bytes))
  const rows = largest.map(({ name, bytes, rows }) => [
    code(name),
    rows === undefined ? '–' : formatCount(rows),
    formatSize(bytes),
    bar(bytes, most),
  ])
  const numbers = ['Rows', 'In the dump'].map(heading => ({ heading, isNumber: true }))
  return table([{ heading: 'Table' }, ...numbers, { heading: '' }], rows)
}

/** Phases by their duration, with bars. */
export function phasesTable(phases: readonly ReportedPhase[]): string {
  const most = Math.max(...phases.map(({ durationMs }) => durationMs))
  const rows = phases.map(({ name, durationMs }) => [prose(name), formatDuration(durationMs), bar(durationMs, most)])
  return table([{ heading: 'Phase' }, { heading: 'Took', isNumber: true }, { heading: '' }], rows)
}

function togetherRow(artifacts: readonly ReportedArtifact[]): string[] {
  const sum = (size: (artifact: ReportedArtifact) => number) =>
    artifacts.reduce((total, artifact) => total + size(artifact), 0)
  const [content, stored] = [sum(({ contentBytes }) => contentBytes), sum(({ bytes }) => bytes)]
  return ['**together**', '', `**${noBreak(formatSize(stored))}**`, noBreak(formatSize(content)), '', '']
}

/** A number stays beside its unit. */
function noBreak(text: string): string {
  return text.replaceAll(' ', '&nbsp;')
}

function objectName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

/** A bar of at most 24 strokes; what is not nothing has at least one. */
function bar(value: number, most: number): string {
  if (value <= 0) return ''
  return '━'.repeat(Math.max(1, Math.round((value / most) * 24)))
}
