import type { Runtime } from '../runtime/runtime'
import { isoTime } from './list-lines'
import {
  ageMs,
  bytesOf,
  type DatedPoint,
  type ListReport,
  newestGood,
  type ReportedPoint,
} from './list-report'
import { fitting, listLimit } from './outputs'

/** Sets the outputs of a listing; none while it is not known what there is. */
export function setListOutputs({ output, log }: Pick<Runtime, 'output' | 'log'>, report: ListReport): void {
  const { points, expected, now } = report
  if (points === undefined) return
  const all = points.map(point => jsonOf(point, now))
  const listed = fitting(all, listLimit)
  if (listed.length < all.length) {
    log.warning(
      `The output "snapshots" holds the first ${listed.length} of ${all.length} recovery points, without the oldest: GitHub takes no more. The log has all of them.`,
    )
  }
  const missing = (expected?.missing ?? []).map(isoTime)
  const newest = newestGood(report)
  output('snapshots', JSON.stringify(listed))
  output('latest', newest?.name ?? '')
  output('latest-age-seconds', newest === undefined ? '' : String(Math.round(ageMs(newest, now) / 1000)))
  output('count', String(points.length))
  output('missing', JSON.stringify(newestFitting(missing, listLimit)))
}

/** What does not fit goes from the beginning, where the oldest are. */
function newestFitting<T>(items: readonly T[], limit: number): T[] {
  return fitting(items.toReversed(), limit).reverse()
}

function jsonOf(point: ReportedPoint, now: Date) {
  const { name, place, verdict, isStale, proof, problem } = point
  return {
    ...{ snapshot: name, place, verdict },
    ...factsOf(point, now),
    isStale,
    proof:
      proof === undefined
        ? null
        : { provenAt: proof.provenAt.toISOString(), restoreSeconds: proof.restoreSeconds },
    problem: problem ?? null,
  }
}

function factsOf(point: ReportedPoint, now: Date) {
  if (!isDated(point)) {
    const unknown = { takenAt: null, ageSeconds: null, host: null, bytes: null }
    return { ...unknown, databases: null, files: null, runUrl: null }
  }
  const { takenAt, host, databases, files, runUrl } = point.facts
  return {
    ...{ takenAt: takenAt.toISOString(), ageSeconds: Math.round(ageMs(point, now) / 1000), host },
    ...{ bytes: bytesOf(point.facts), databases, files: files ?? null, runUrl },
  }
}

function isDated(point: ReportedPoint): point is DatedPoint {
  return point.facts !== undefined
}
