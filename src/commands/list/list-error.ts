import { listed } from '../../findings/listed'
import { UserError } from '../../runtime/errors'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { ageOf, isoTime } from './list-lines'
import { ageMs, goodCount, isDated, type ListReport, newestGood } from './list-report'

type ListedPoints = Pick<ListReport, 'points' | 'now'>

/** The error when the newest good recovery point is older than `maxAgeMs`; undefined when it is not, or none exists. */
export function tooOldError(report: ListedPoints, maxAgeMs: number): UserError | undefined {
  const newest = newestGood(report)
  if (newest === undefined || ageMs(newest, report.now) <= maxAgeMs) return undefined
  const { takenAt, runUrl } = newest.facts
  const run = runUrl === '' ? '' : ` The run that took ${newest.name}: ${runUrl}`
  return new UserError(
    `The newest good recovery point, ${newest.name}, was taken ${ageOf(newest, report.now)} (${isoTime(takenAt)}), and "max-age" is ${formatDuration(maxAgeMs)}.${notCounted(report)}`,
    {
      safe: `${plural(goodCount(report), 'good recovery point')} in the bucket, ${newest.name} the newest of them. A list only reads.`,
      advice: `${backupAdvice}${run}`,
    },
  )
}

/** What to do when there are no new backups. */
export const backupAdvice =
  'Check the runs of the backup workflow: a failed one shows the fix. If they are green, compare its "s3-bucket" and "s3-prefix" with those given here. If none has started: GitHub drops scheduled runs when it is busy, and switches schedules off in a public repository after 60 days without activity; switch the workflow on again on its page, and start it by hand.'

/** Newer ones that are not good, so that the reader knows why they do not count. */
function notCounted({ points = [], ...report }: ListedPoints): string {
  const newestMs = newestGood({ points })?.facts.takenAt.getTime() ?? Number.NEGATIVE_INFINITY
  const newer = points.filter(
    point => point.verdict !== 'good' && (!isDated(point) || point.facts.takenAt.getTime() > newestMs),
  )
  if (newer.length === 0) return ''
  const named = newer.map(point => {
    const age = isDated(point) ? `, taken ${ageOf(point, report.now)}` : ''
    return `${point.name} (${point.verdict}${age})`
  })
  return ` Not counted: ${listed(named, 5)}.`
}
