import type { ReportedArtifact, ReportedTables, RunReport } from '../../commands/backup/run-report'
import type { ReportedPhase } from '../../commands/run-facts'
import { formatCount } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatRate, formatSize } from '../../runtime/text/format-size'
import { formatChange } from './change'
import { code, fenced, prose, table } from './markdown'

/** Object, sizes, change since last, duration and rate of each artifact; a last row for all where there are several. */
export function artifactsTable(artifacts: readonly ReportedArtifact[]): string {
  const rows = artifacts.map(artifact => [
    code(objectName(artifact.key)),
    `**${formatSize(artifact.bytes)}**`,
    formatSize(artifact.contentBytes),
    formatChange(artifact.contentBytes, artifact.previous?.contentBytes),
    formatDuration(artifact.durationMs),
    formatRate(artifact.bytes, artifact.durationMs),
  ])
  const columns = [
    { heading: 'Object' },
    { heading: 'Stored', isNumber: true },
    { heading: 'Unpacked', isNumber: true },
    { heading: 'Change since last', isNumber: true },
    { heading: 'Took', isNumber: true },
    { heading: 'Rate', isNumber: true },
  ]
  return table(columns, artifacts.length > 1 ? [...rows, togetherRow(artifacts)] : rows)
}

/** What each artifact was made from and how much of what is in it. */
export function contentTable(artifacts: readonly ReportedArtifact[]): string {
  const rows = artifacts.map(({ name, origins, counts }) => [
    prose(name),
    origins.map(code).join('<br>'),
    counts.map(prose).join(', '),
  ])
  return table([{ heading: 'Part' }, { heading: 'From' }, { heading: 'Contents' }], rows)
}

/** The sha256 of every object as `sha256sum -c` reads it, and the keys, that of the manifest among them. */
export function checksumsAndKeys({ artifacts, manifestKey }: RunReport): string {
  const sums = artifacts.map(({ key, sha256 }) => `${sha256}  ${objectName(key)}`)
  const rows = artifacts.map(({ key, bytes }) => [code(key), formatCount(bytes)])
  const manifest = manifestKey === undefined ? [] : [[code(manifestKey), 'written last']]
  return `${fenced(sums, 'text')}\n\n${table([{ heading: 'Key' }, { heading: 'Bytes', isNumber: true }], [...rows, ...manifest])}`
}

/** Tables by the size of their rows, with bars. */
export function tablesTable(largest: ReportedTables['largest']): string {
  const most = Math.max(...largest.map(({ bytes }) => bytes))
  const rows = largest.map(({ name, bytes }) => [code(name), formatSize(bytes), bar(bytes, most)])
  return table([{ heading: 'Table' }, { heading: 'Rows in the dump', isNumber: true }, { heading: '' }], rows)
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
  const content = sum(({ contentBytes }) => contentBytes)
  const isKnown = artifacts.every(({ previous }) => previous !== undefined)
  const change = isKnown
    ? formatChange(
        content,
        sum(({ previous }) => previous?.contentBytes ?? 0),
      )
    : ''
  return ['**together**', `**${formatSize(sum(({ bytes }) => bytes))}**`, formatSize(content), change, '', '']
}

function objectName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

/** A bar of at most 24 strokes; what is not nothing has at least one. */
function bar(value: number, most: number): string {
  if (value <= 0) return ''
  return '━'.repeat(Math.max(1, Math.round((value / most) * 24)))
}
