import { provenSentence } from '../../commands/verify/verify-lines'
import { isProven, levelWords, type VerifiedPoint, type VerifyReport } from '../../commands/verify/verify-result'
import { sentenceOf } from '../../findings/finding'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { bucketFact } from './bucket-fact'
import { detailsFold, failureHeading, joinParts } from './failure-sections'
import { fixMarkdown } from './faults-list'
import { drillsTable, serverName } from './history/drill-lines'
import { bullets, code, folded, prose, table } from './markdown'
import { readableTime } from './readable-time'
import { phasesTable } from './summary-tables'
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
    ...points.map(drillSection),
    lastDrillsSection(report),
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
    { heading: 'Recovery point' },
    { heading: 'Taken' },
    { heading: 'Result' },
    { heading: 'Signed by' },
    { heading: 'Objects', isNumber: true },
    { heading: 'Size', isNumber: true },
    ...(level === 'restore' ? [{ heading: 'Restored in', isNumber: true }] : []),
  ]
  const rows = points.map(point => [
    prose(point.name),
    point.takenAt === undefined ? 'unknown' : readableTime(new Date(point.takenAt)),
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

/** What one drill did: where, how much, each check with its answer, time by phase. '' of one that was not restored. */
function drillSection({ name, drill }: VerifiedPoint): string {
  if (drill === undefined) return ''
  const { server, tables, files, rows, checks, phases } = drill
  const on = server === undefined ? 'this runner' : `a throwaway ${prose(serverName(server))} on this runner`
  const what = [
    ...(tables === 0 ? [] : [`${plural(tables, 'table')}${rows === undefined ? '' : ` with ${plural(rows, 'row')}`}`]),
    ...(files === 0 ? [] : [plural(files, 'file')]),
  ]
  return [
    `### The drill of ${prose(name)}`,
    `Restored on **${on}**${what.length === 0 ? '' : `, and compared with what the backup recorded: **${what.join(', ')}**`}.`,
    checksTable(checks),
    phases.length === 0 ? '' : phasesTable(phases),
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function checksTable(checks: NonNullable<VerifiedPoint['drill']>['checks']): string {
  if (checks.length === 0) return ''
  const rows = checks.map(({ statement, answer, isTrue }) => [
    code(statement),
    prose(answer),
    isTrue ? '✅ true' : '❌ not true',
  ])
  return table([{ heading: 'Your check' }, { heading: 'Answer' }, { heading: '' }], rows)
}

function lastDrillsSection({ lastDrills = [], finishedAt }: VerifyReport): string {
  return lastDrills.length === 0 ? '' : `### The last drills\n\n${drillsTable(lastDrills, finishedAt)}`
}
