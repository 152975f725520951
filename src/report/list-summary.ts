import { formatCount, plural } from '../runtime/format-count'
import { formatDuration } from '../runtime/format-duration'
import { formatSize } from '../runtime/format-size'
import { ageOf, goodCount, newestSentence, periodRows } from './list-lines'
import { bytesOf, type ListReport, newestGood, type ReportedPoint } from './list-report'
import { pointsTable } from './list-table'
import { code, fenced, folded, prose } from './markdown'
import { type ReportedTier, tierAgesTable } from './tier-ages'

/** The job summary of a listing as GitHub-flavoured Markdown. The report is to be free of secrets already. */
export function renderListSummary(report: ListReport): string {
  const { points = [], failure, now } = report
  const parts = [
    `## ${heading(report)}`,
    place(report),
    failure === undefined ? '' : failureSection(failure),
    warningsSection(report),
    tierAgesTable(tiersOf(points), now),
    missingSection(report),
    ...placeNames.map(name => placeSection(name, report)),
    problemsSection(points),
    failure === undefined || failure.detail.length < 2
      ? ''
      : folded('Details', fenced(failure.detail, 'text')),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

const placeNames = ['ring', 'daily', 'weekly', 'monthly', 'yearly', 'suspect'] as const

function heading(report: ListReport): string {
  const { failure, points } = report
  if (failure?.kind === 'cancelled') return '⏹️ The listing was cancelled'
  if (points === undefined) return '❌ The bucket could not be listed'
  const newest = newestGood(report)
  if (newest === undefined) return `${failure === undefined ? '⚠️' : '❌'} There is no good recovery point`
  if (failure !== undefined) {
    return `❌ The newest good recovery point is too old: ${prose(newest.name)}, taken ${ageOf(newest, report.now)}`
  }
  return `✅ ${prose(newestSentence(report))}`
}

function place({ store, points = [], expected }: ListReport): string {
  const folder = store.prefix === '' ? '' : `${store.prefix}/`
  const at = store.endpoint === undefined ? '' : ` at ${code(store.endpoint)}`
  const hosts = [...new Set(points.flatMap(({ facts }) => (facts === undefined ? [] : [facts.host])))]
  const bytes = points.reduce((sum, { facts }) => sum + (facts === undefined ? 0 : bytesOf(facts)), 0)
  return [
    `**Bucket** ${code(`s3://${store.bucket}/${folder}`)}${at}`,
    ...(hosts.length === 0 ? [] : [`**Host** ${hosts.map(code).join(', ')}`]),
    ...(points.length === 0
      ? []
      : [`**Recovery points** ${counts(points)}`, `**Size** ${formatSize(bytes)}`]),
    ...(expected === undefined
      ? []
      : [`**Missing** ${formatCount(expected.missing.length)} of ${formatCount(expected.count)}`]),
  ].join(' · ')
}

/** `172: 168 good, 2 suspect, 1 unfinished, 3 stale` */
function counts(points: readonly ReportedPoint[]): string {
  const verdicts = new Map<string, number>()
  for (const { verdict } of points) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  const stale = points.filter(({ isStale }) => isStale).length
  const words = [
    `${formatCount(goodCount({ points }))} good`,
    ...[...verdicts]
      .filter(([verdict]) => verdict !== 'good')
      .map(([verdict, count]) => `${count} ${verdict}`),
    ...(stale === 0 ? [] : [`${stale} stale`]),
  ]
  return `${formatCount(points.length)} (${words.join(', ')})`
}

function failureSection({ what, safe, advice }: NonNullable<ListReport['failure']>): string {
  return [
    `### What happened\n\n${prose(what)}`,
    `### What is still safe\n\n${prose(safe)}`,
    `### What to do next\n\n${prose(advice)}`,
  ].join('\n\n')
}

function warningsSection({ warnings }: ListReport): string {
  if (warnings.length === 0) return ''
  const items = warnings.map(({ code: name, message }) => `- ${code(name)} ${prose(message)}`)
  return `### ⚠️ ${plural(warnings.length, 'warning')}\n\n${items.join('\n')}`
}

/** The suspect ones are no way back to count on. */
function tiersOf(points: readonly ReportedPoint[]): ReportedTier[] {
  return placeNames.flatMap(name => {
    const good = points.filter(point => point.place === name && point.verdict === 'good')
    if (good.length === 0) return []
    const [newest, oldest] = [good[0], good.at(-1)].map(point => point?.facts?.takenAt)
    return [{ name, count: good.length, newest, oldest }]
  })
}

/** A warning names the first of them only. */
function missingSection({ expected }: ListReport): string {
  if (expected === undefined || expected.missing.length === 0) return ''
  const items = periodRows(expected.missing, expected.everyMs).map(row => `- ${row}`)
  const title = `${plural(expected.missing.length, 'period')} of ${formatDuration(expected.everyMs)} without a good recovery point`
  return items.length <= 10 ? `### ${title}\n\n${items.join('\n')}` : folded(title, items.join('\n'))
}

const rowsUnfolded = 12

function placeSection(name: (typeof placeNames)[number], { points = [], now }: ListReport): string {
  const here = points.filter(point => point.place === name)
  if (here.length === 0) return ''
  const title = name === 'ring' ? 'The ring' : code(`${name}/`)
  const heading = `### ${title}: ${plural(here.length, 'recovery point')}`
  if (here.length <= rowsUnfolded) return `${heading}\n\n${pointsTable(here, now)}`
  const [newest, rest] = [here.slice(0, rowsUnfolded), here.slice(rowsUnfolded)]
  const odd = rest.filter(({ verdict, isStale }) => verdict !== 'good' || isStale).length
  const label = `${formatCount(rest.length)} more${odd === 0 ? '' : `, ${formatCount(odd)} of them stale or not good`}`
  return `${heading}\n\n${pointsTable(newest, now)}\n\n${folded(label, pointsTable(rest, now))}`
}

/** GitHub takes 1 MiB for a summary; the log has them all. */
const problemsAtMost = 100

function problemsSection(points: readonly ReportedPoint[]): string {
  const items = points.flatMap(({ name, verdict, problem }) =>
    problem === undefined ? [] : [`- **${prose(name)}** ${code(verdict)} ${prose(problem)}`],
  )
  if (items.length === 0) return ''
  const more =
    items.length > problemsAtMost ? `\n- … and ${items.length - problemsAtMost} more, in the log` : ''
  return `### Not to be counted on\n\n${items.slice(0, problemsAtMost).join('\n')}${more}`
}
