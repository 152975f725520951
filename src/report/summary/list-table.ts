import { databasesText, filesText } from '../../commands/list/list-lines'
import { ageMs, isDated, type ReportedPoint } from '../../commands/list/list-report'
import { formatDuration } from '../../runtime/text/format-duration'
import { code, prose, runLink, table } from './markdown'
import { readableTime } from './readable-time'

/** Slot, taken at, age, database, files, verdict, proof and run of each. */
export function pointsTable(points: readonly ReportedPoint[], now: Date): string {
  const columns = [
    { heading: 'Slot' },
    { heading: 'Taken at' },
    { heading: 'Age', isNumber: true },
    { heading: 'Database', isNumber: true },
    { heading: 'Files', isNumber: true },
    { heading: 'Verdict' },
    { heading: 'Proven' },
    { heading: '' },
  ]
  return table(
    columns,
    points.map(point => row(point, now)),
  )
}

function row(point: ReportedPoint, now: Date): string[] {
  const { name, facts, proof } = point
  return [
    code(name),
    facts === undefined ? '–' : readableTime(facts.takenAt),
    isDated(point) ? formatDuration(ageMs(point, now)).replaceAll(' ', '&nbsp;') : '–',
    (facts === undefined ? '' : databasesText(facts)) || '–',
    (facts === undefined ? '' : filesText(facts)) || '–',
    verdictCell(point),
    proof === undefined ? '–' : provenCell(proof, now),
    facts === undefined ? '' : runLink('run', facts.runUrl),
  ]
}

function verdictCell({ verdict, isStale }: ReportedPoint): string {
  const mark = verdict === 'good' ? (isStale ? '⚠️' : '✅') : verdict === 'suspect' ? '⚠️' : '❌'
  return `${mark} ${verdict}${isStale ? ', stale' : ''}`
}

function provenCell(proof: NonNullable<ReportedPoint['proof']>, now: Date): string {
  const ago = (time: Date) => `${formatDuration(now.getTime() - time.getTime())} ago`
  switch (proof.kind) {
    case 'proven':
      return `✅ ${ago(proof.provenAt)}, restored in ${formatDuration(proof.restoreSeconds * 1000)}`
    case 'failed':
      return `❌ failed ${ago(proof.failedAt)}`
    case 'untrusted':
      return `❌ ${prose(proof.problem)}`
  }
}
