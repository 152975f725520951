import { ageOf } from '../../commands/list/list-lines'
import { ageMs, goodCount, type ListReport, newestGood } from '../../commands/list/list-report'
import type { FailureFacts, ReportedStore } from '../../commands/run-facts'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { bucketFact } from './bucket-fact'
import { failureHeading, failureSections, joinParts } from './failure-sections'
import { weekSection } from './history/week-section'
import { code, folded, prose, runLink, table } from './markdown'

/** Everything that is shown of a list of several servers; each report is already scrubbed. */
export interface FleetReport {
  store: ReportedStore
  servers: readonly FleetServer[]
  /** Only of a run that did not end well. */
  failure?: FailureFacts
}

export interface FleetServer {
  prefix: string
  /** Undefined: the store gave no answer about it. */
  report: ListReport | undefined
  /** Why it fails the run: a cause, in a few words. */
  problem?: string
}

/** The job summary of a fleet: a row for each server, and the week of each, folded. */
export function renderFleetSummary({ store, servers, failure }: FleetReport): string {
  const bad = servers.filter(({ problem }) => problem !== undefined).length
  return joinParts([
    failure === undefined
      ? `## ✅ ${plural(servers.length, 'server')}, each with a good recovery point`
      : failureHeading(failure, 'List'),
    `${bucketFact({ ...store, prefix: '' })} · **Servers** ${formatCount(servers.length)}${bad === 0 ? '' : `, ${formatCount(bad)} of them with a problem`}`,
    serversTable(servers),
    ...(failure === undefined ? [] : failureSections(failure, { what: 'What happened' })),
    ...servers.map(({ prefix, report }) =>
      report?.week === undefined
        ? ''
        : folded(`The last seven days of ${prose(prefix)}`, weekSection(report.week, report.now)),
    ),
  ])
}

function serversTable(servers: readonly FleetServer[]): string {
  const columns = [
    ...['', 'Prefix', 'Host', 'Newest good', 'Age', 'Proven', 'A restore took'].map(heading => ({ heading })),
    { heading: 'Gaps', isNumber: true },
    { heading: 'Good ones', isNumber: true },
    { heading: '' },
  ]
  return table(columns, servers.map(row))
}

function row({ prefix, report, problem }: FleetServer): string[] {
  const newest = report && newestGood(report)
  const proof = report && lastProof(report)
  return [
    problem === undefined ? '✅' : '❌',
    code(prefix),
    newest === undefined ? '–' : code(newest.facts.host),
    newest === undefined ? prose(problem ?? 'none') : code(newest.name),
    newest === undefined || report === undefined ? '–' : formatDuration(ageMs(newest, report.now)),
    proof === undefined || report === undefined
      ? 'none there'
      : `${formatDuration(report.now.getTime() - proof.provenAt.getTime())} ago`,
    proof === undefined ? '–' : formatDuration(proof.restoreSeconds * 1000),
    report?.week?.everyMs === undefined ? '–' : formatCount(report.week.missing.length),
    report === undefined ? '–' : formatCount(goodCount(report)),
    newest === undefined ? '' : runLink('run', newest.facts.runUrl),
  ]
}

/** The last one that went well. */
export function lastProof({ points = [] }: ListReport): { provenAt: Date; restoreSeconds: number } | undefined {
  return points
    .flatMap(({ proof }) => (proof?.kind === 'proven' ? [proof] : []))
    .sort((one, other) => other.provenAt.getTime() - one.provenAt.getTime())[0]
}

/** `3 servers: the oldest newest good recovery point is that of web2, taken 43 m ago` */
export function fleetSentence(servers: readonly FleetServer[]): string {
  const newest = servers.flatMap(({ prefix, report }) => {
    const point = report && newestGood(report)
    return report === undefined || point === undefined ? [] : [{ prefix, point, now: report.now }]
  })
  const [worst] = newest.sort((one, other) => ageMs(other.point, other.now) - ageMs(one.point, one.now))
  const count = plural(servers.length, 'server')
  return worst === undefined
    ? `${count}, and no good recovery point`
    : `${count}: the newest good recovery point of ${worst.prefix} is the oldest, taken ${ageOf(worst.point, worst.now)}`
}
