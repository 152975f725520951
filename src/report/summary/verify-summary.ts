import { provenSentence } from '../../commands/verify/verify-lines'
import { isProven, levelWords, type VerifiedPoint, type VerifyReport } from '../../commands/verify/verify-result'
import { sentenceOf } from '../../findings/finding'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { bucketFact } from './bucket-fact'
import { detailsFold, failureHeading, joinParts } from './failure-sections'
import { fixMarkdown } from './faults-list'
import { bullets, code, folded, prose, table } from './markdown'
import { warningsSection } from './warnings-section'

/** The job summary of a verification, of a report already scrubbed. */
export function renderVerifySummary(report: VerifyReport): string {
  const { points, failure } = report
  return joinParts([
    heading(report),
    place(report),
    // Findings explain a complete run; one that ended early needs its reason.
    failure === undefined || points.length === report.requested ? '' : `### What happened\n\n${prose(failure.what)}`,
    findingsSection(points),
    points.length === 0 ? '' : pointsTable(report),
    warningsSection(report.warnings),
    failure === undefined ? '' : `**What to do next:** ${fixMarkdown(failure.advice)}`,
    failure === undefined ? '' : detailsFold(failure),
  ])
}

function heading(report: VerifyReport): string {
  const { points, requested, failure } = report
  if (isProven(report)) return `## ✅ ${prose(provenSentence(report))}`
  if (failure === undefined) return '## ❌ Verification failed'
  return `${failureHeading(failure, 'Verification')}${soFar(points.length, requested)}`
}

function soFar(count: number, requested: number | undefined): string {
  return requested === undefined || count === requested ? '' : ` (the run ended after ${count} of ${requested})`
}

function place({ store, level, points, startedAt, finishedAt }: VerifyReport): string {
  const failed = points.filter(({ status }) => status === 'failed').length
  return [
    ...(failed === 0 ? [] : [`**Not proven** ${failed} of ${plural(points.length, 'recovery point')}`]),
    bucketFact(store),
    `**Level** ${code(level)}: every object ${levelWords[level]}`,
    `**Took** ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`,
  ].join(' · ')
}

function findingsSection(points: readonly VerifiedPoint[]): string {
  const items = points.flatMap(({ name, findings }) =>
    findings.map(each => `**${prose(name)}** ${code(each.code)} ${prose(sentenceOf(each))}`),
  )
  // GitHub takes 1 MiB for a summary.
  return items.length === 0 ? '' : `### ${plural(items.length, 'finding')}\n\n${bullets(items, 200)}`
}

function pointsTable({ points, level }: VerifyReport): string {
  const columns = [
    { heading: 'recovery point' },
    { heading: 'taken' },
    { heading: 'result' },
    { heading: 'signed by' },
    { heading: 'objects', isNumber: true },
    { heading: 'size', isNumber: true },
    ...(level === 'restore' ? [{ heading: 'time to restore', isNumber: true }] : []),
  ]
  const rows = points.map(point => [
    prose(point.name),
    prose(point.takenAt ?? 'unknown'),
    `${point.status === 'proven' ? '✅' : point.status === 'stale' ? '⏳' : '❌'} ${point.status}${point.verdict === 'suspect' ? ', suspect' : ''}`,
    point.signer === undefined ? 'nobody' : code(point.signer),
    String(point.objects),
    formatSize(point.storedBytes),
    ...(level === 'restore'
      ? [point.restoreSeconds === undefined ? '–' : formatDuration(point.restoreSeconds * 1000)]
      : []),
  ])
  const markdown = table(columns, rows)
  return rows.length <= 20 ? markdown : folded(plural(rows.length, 'recovery point'), markdown)
}
