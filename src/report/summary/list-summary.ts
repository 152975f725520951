import { newestSentence, periodRows } from '../../commands/list/list-lines'
import {
  bytesOf,
  goodCount,
  type ListReport,
  newestGood,
  placeNames,
  type ReportedPoint,
  unfitPoints,
} from '../../commands/list/list-report'
import type { ReportedTier } from '../../commands/run-facts'
import { listed } from '../../findings/listed'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { bucketFact } from './bucket-fact'
import { failureHeading, failureSections, joinParts } from './failure-sections'
import { tierAgesTable } from './history/tier-ages'
import { weekSection } from './history/week-section'
import { pointsTable } from './list-table'
import { bullets, code, fenced, folded, prose } from './markdown'

/** The job summary of a list, of a report already scrubbed. */
export function renderListSummary(report: ListReport): string {
  const { points = [], failure, now } = report
  return joinParts([
    heading(report),
    place(report),
    ...(failure === undefined ? [] : failureSections(failure, { what: 'What happened' })),
    report.week === undefined ? '' : weekSection(report.week, now, { gaps: report.expected === undefined }),
    provenLine(report),
    missingSection(report),
    unfitSection(report),
    tierAgesTable(tiersOf(points), now),
    ...placeNames.map(name => placeSection(name, report)),
    points.some(({ isStale }) => isStale) ? staleNote : '',
    // Of a list that was read, the tables have it already.
    failure === undefined || report.points !== undefined || failure.detail.length === 0
      ? ''
      : folded('Details', fenced(failure.detail, 'text')),
  ])
}

const staleNote = '*Stale*: the slot was not written when its turn came again. It is older than its name suggests.'

function heading(report: ListReport): string {
  const { failure, expected } = report
  if (failure !== undefined) return failureHeading(failure, 'List')
  const missing = expected?.missing.length ?? 0
  const mark = newestGood(report) === undefined || missing > 0 ? '⚠️' : '✅'
  const gaps = missing === 0 ? '' : `, with ${plural(missing, 'gap')}`
  return `## ${mark} ${prose(`${newestSentence(report)}${gaps}`)}`
}

function place({ store, points = [], expected, areSignaturesRequired }: ListReport): string {
  const hosts = [...new Set(points.flatMap(({ facts }) => (facts === undefined ? [] : [facts.host])))]
  const bytes = points.reduce((sum, { facts }) => sum + (facts === undefined ? 0 : bytesOf(facts)), 0)
  return [
    bucketFact(store),
    ...(hosts.length === 0 ? [] : [`**Host** ${listed(hosts.map(code), 5)}`]),
    ...(points.length === 0 ? [] : [`**Recovery points** ${counts(points)}`, `**Size** ${formatSize(bytes)}`]),
    ...signatures(points, areSignaturesRequired),
    ...(expected === undefined
      ? []
      : [`**Missing** ${formatCount(expected.missing.length)} of ${formatCount(expected.count)}`]),
  ].join(' · ')
}

/** Of the newest good one where nothing is required, since no other signature is read then. */
function signatures(points: readonly ReportedPoint[], areRequired: boolean): string[] {
  const newest = newestGood({ points })
  if (areRequired) return ['**Signatures** required by `signed-by`']
  if (newest === undefined) return []
  const signer =
    newest.signer === undefined ? 'the newest has none that is valid' : `the newest is by ${code(newest.signer)}`
  return [`**Signatures** not required (\`signed-by\` is empty); ${signer}`]
}

/** `172 (168 good, 2 suspect, 1 unfinished, 3 stale)` */
function counts(points: readonly ReportedPoint[]): string {
  const verdicts = new Map<string, number>()
  for (const { verdict } of points) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  verdicts.delete('good')
  const stale = points.filter(({ isStale }) => isStale).length
  const words = [
    `${formatCount(goodCount({ points }))} good`,
    ...[...verdicts].map(([verdict, count]) => `${formatCount(count)} ${verdict}`),
    ...(stale === 0 ? [] : [`${formatCount(stale)} stale`]),
  ]
  return `${formatCount(points.length)} (${words.join(', ')})`
}

/** What was restored on trial last, and how long that took. */
function provenLine({ points, now }: ListReport): string {
  const proven = (points ?? []).flatMap(({ name, proof }) => (proof?.kind === 'proven' ? [{ name, proof }] : []))
  const last = proven.sort((one, other) => other.proof.provenAt.getTime() - one.proof.provenAt.getTime())[0]
  if (points === undefined || points.length === 0) return ''
  if (last === undefined)
    return '**Last proof** none: nothing was restored on trial, which `verify` does with `level: restore`.'
  const { provenAt, restoreSeconds } = last.proof
  const ago = formatDuration(now.getTime() - provenAt.getTime())
  return `**Last proof** ${code(last.name)}, ${ago} ago: a restore took **${formatDuration(restoreSeconds * 1000)}**.`
}

const itemsAtMost = 50

function missingSection({ expected }: ListReport): string {
  if (expected === undefined || expected.missing.length === 0) return ''
  const { missing, everyMs } = expected
  const rows = periodRows(missing, everyMs).toReversed()
  const title = `${plural(missing.length, 'period')} of ${formatDuration(everyMs)} without a good recovery point`
  const list = bullets(rows, itemsAtMost)
  return rows.length <= 10 ? `### ⚠️ ${title}\n\n${list}` : folded(`⚠️ ${title}`, list)
}

function unfitSection(report: ListReport): string {
  const unfit = unfitPoints(report)
  if (unfit.length === 0) return ''
  const items = unfit.map(({ name, verdict, problem }) => `${code(name)} is ${verdict}. ${prose(problem ?? '')}`)
  return `### ⚠️ ${formatCount(unfit.length)} cannot be restored\n\n${bullets(items, itemsAtMost)}`
}

/** Without the suspect ones: they are not to be counted on. */
function tiersOf(points: readonly ReportedPoint[]): ReportedTier[] {
  return placeNames.flatMap(name => {
    const good = points.filter(point => point.place === name && point.verdict === 'good')
    if (good.length === 0) return []
    const [newest, oldest] = [good[0], good.at(-1)].map(point => point?.facts?.takenAt)
    return [{ name, count: good.length, newest, oldest }]
  })
}

/** The grid shows the others at a glance; a click opens them. */
const rowsUnfolded = 6
/** GitHub takes 1 MiB for a summary. */
const rowsAtMost = 1_000

function placeSection(name: (typeof placeNames)[number], { points = [], now }: ListReport): string {
  const here = points.filter(point => point.place === name)
  if (here.length === 0) return ''
  const title = name === 'ring' ? 'The ring' : code(`${name}/`)
  const [newest, rest] = [here.slice(0, rowsUnfolded), here.slice(rowsUnfolded, rowsAtMost)]
  const notGood = rest.filter(({ verdict, isStale }) => verdict !== 'good' || isStale).length
  const label = `${formatCount(rest.length)} older${notGood === 0 ? '' : `, ${formatCount(notGood)} of them stale or not good`}`
  const left = here.length - newest.length - rest.length
  const parts = [
    `### ${title}: ${plural(here.length, 'recovery point')}`,
    pointsTable(newest, now),
    rest.length === 0 ? '' : folded(label, pointsTable(rest, now)),
    left === 0 ? '' : `… and ${formatCount(left)} more, in the log.`,
  ]
  return parts.filter(part => part !== '').join('\n\n')
}
