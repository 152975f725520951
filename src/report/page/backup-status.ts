import type { RunReport } from '../../commands/backup/run-report'
import type { WeekPoint } from '../../commands/run-facts'
import type { RecordedDrill } from '../../repository/catalog/last-drills'
import { isManualSlot } from '../../repository/names/manual-name'
import type { RunIdentity } from '../../runtime/runtime'
import { isRunUrl } from '../run-url'
import { type StatusDocument, statusFormat } from './status-document'

/** As many as a page shows. */
const runsAtMost = 30
const whatMax = 300
/** A listing dates a recovery point by its manifest, which is written when the run ends. */
const sameRunMs = 6 * 60 * 60 * 1000

/**
 * What is known of the prefix after a run, of a report already scrubbed. `earlier`: what the run before wrote, which knows
 * what no listing shows: runs that failed, and links to them.
 */
export function statusAfterBackup(
  report: RunReport,
  { run, timezone, earlier }: { run: RunIdentity; timezone: string; earlier: StatusDocument | undefined },
): StatusDocument {
  const { week, drills = [], tiers = [], store, finishedAt, result, slot } = report
  const own = urlOrNull(run.url)
  const isStored = result === 'good' && slot !== undefined
  const lastGood = isStored ? { slot, takenAt: report.startedAt } : report.lastGood
  const known = new Map(earlier?.ring.map(point => [point.slot, point]))
  const ring = (week?.points ?? []).map(point => ({
    ...{ slot: point.slot, takenAt: point.takenAt.toISOString(), state: point.state },
    bytes: bytesOf(report, point),
    runUrl: isStored && point.slot === slot ? own : earlierUrl(known.get(point.slot), point),
  }))
  return {
    ...{ format: statusFormat, writtenAt: finishedAt.toISOString(), host: report.host },
    ...{ bucket: store.bucket, prefix: store.prefix, timezone },
    isComplete: ring.length > (isStored && !isManualSlot(slot) ? 1 : 0) || tiers.length > 0,
    newest: lastGood === undefined ? null : { slot: lastGood.slot, takenAt: lastGood.takenAt.toISOString() },
    everySeconds: week?.everyMs === undefined ? null : week.everyMs / 1000,
    missing: (week?.missing ?? []).map(time => time.toISOString()),
    ring,
    tiers: tiers.map(({ name, count, newest, oldest }) => ({
      ...{ name, count },
      ...{ newest: newest?.toISOString() ?? null, oldest: oldest?.toISOString() ?? null },
    })),
    drills: drills.map(statusOfDrill),
    runs: [
      {
        ...{ endedAt: finishedAt.toISOString(), result: resultOf(result), slot: slot ?? null },
        ...{ what: report.failure === undefined ? null : cut(report.failure.title), runUrl: own },
      },
      ...(earlier?.runs ?? []),
    ].slice(0, runsAtMost),
  }
}

function statusOfDrill({ slot, status, endedAt, proven, problem, runUrl }: RecordedDrill) {
  return {
    ...{ slot, status, endedAt: endedAt.toISOString() },
    ...{ restoreSeconds: proven?.restoreSeconds ?? null, problem: problem ?? null, runUrl: urlOrNull(runUrl) },
  }
}

export function urlOrNull(url: string): string | null {
  return isRunUrl(url) ? url : null
}

function bytesOf({ sizes = [] }: RunReport, { slot }: WeekPoint): Record<string, number> {
  return Object.fromEntries(sizes.find(point => point.slot === slot)?.bytes ?? [])
}

function earlierUrl(known: StatusDocument['ring'][number] | undefined, { takenAt }: WeekPoint): string | null {
  const isSame = known !== undefined && Math.abs(Date.parse(known.takenAt) - takenAt.getTime()) < sameRunMs
  return isSame && known.runUrl !== null ? urlOrNull(known.runUrl) : null
}

function resultOf(result: RunReport['result']): StatusDocument['runs'][number]['result'] {
  return result === 'dry-run' || result === 'skipped' ? 'cancelled' : result
}

function cut(text: string): string {
  return text.length <= whatMax ? text : `${text.slice(0, whatMax - 1).toWellFormed()}…`
}
