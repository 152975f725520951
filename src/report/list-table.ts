import { formatCount, plural } from '../runtime/format-count'
import { formatDuration } from '../runtime/format-duration'
import { formatSize } from '../runtime/format-size'
import type { PointFacts, ReportedPoint } from './list-report'
import { prose, table } from './markdown'
import { readableTime } from './readable-time'

/** Slot, taken at, age, database, files, verdict and proof of each. */
export function pointsTable(points: readonly ReportedPoint[], now: Date): string {
  const columns = [
    { heading: 'Slot' },
    { heading: 'Taken at' },
    { heading: 'Age', isNumber: true },
    { heading: 'Database' },
    { heading: 'Files' },
    { heading: 'Verdict' },
    { heading: 'Proven' },
  ]
  return table(
    columns,
    points.map(point => row(point, now)),
  )
}

function row({ name, verdict, isStale, facts, proof }: ReportedPoint, now: Date): string[] {
  const since = (time: Date) => formatDuration(now.getTime() - time.getTime())
  return [
    prose(name),
    facts === undefined ? 'unknown' : readableTime(facts.takenAt),
    facts === undefined ? '–' : `${since(facts.takenAt)}${isStale ? ' ⚠️ stale' : ''}`,
    facts === undefined ? '–' : databasesCell(facts),
    facts?.files === undefined
      ? '–'
      : `${formatSize(facts.files.bytes)}, ${plural(facts.files.files, 'file')}`,
    `${marks[verdict]} ${verdict}`,
    proof === undefined
      ? '–'
      : `✅ ${since(proof.provenAt)} ago, restored in ${formatDuration(proof.restoreSeconds * 1000)}`,
  ]
}

const marks: Readonly<Record<ReportedPoint['verdict'], string>> = {
  good: '✅',
  suspect: '⚠️',
  damaged: '❌',
  unfinished: '❌',
  lost: '❌',
  unreadable: '❌',
  denied: '❌',
}

function databasesCell({ databases }: PointFacts): string {
  const [only, ...others] = databases
  if (only === undefined) return '–'
  const bytes = databases.reduce((sum, database) => sum + database.bytes, 0)
  const tables = databases.reduce((sum, database) => sum + database.tables, 0)
  const which = others.length === 0 ? '' : `${formatCount(databases.length)} databases, `
  return `${which}${formatSize(bytes)}, ${plural(tables, 'table')}`
}
