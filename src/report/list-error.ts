import { FailureError } from '../runtime/errors'
import { plural } from '../runtime/format-count'
import { formatDuration } from '../runtime/format-duration'
import { ageOf, goodCount, isoTime } from './list-lines'
import { ageMs, type ListReport, newestGood } from './list-report'

/** The error when the newest good recovery point is older than `maxAgeMs`, or when there is none; undefined when all is well. */
export function tooOldError(report: ListReport, maxAgeMs: number): FailureError | undefined {
  const newest = newestGood(report)
  const limit = formatDuration(maxAgeMs)
  if (newest === undefined) {
    return new FailureError(`There is no good recovery point, and "max-age" is ${limit}.${notGood(report)}`, {
      safe: 'Nothing was changed: a listing only reads the bucket. It has nothing that can be counted on.',
      advice: `${(report.points ?? []).length === 0 ? nothingAdvice : lookAdvice} ${scheduleAdvice}`,
    })
  }
  if (ageMs(newest, report.now) <= maxAgeMs) return undefined
  const { takenAt, runUrl } = newest.facts
  const run = runUrl === '' ? '' : ` The run that took ${newest.name}: ${runUrl}`
  return new FailureError(
    `The newest good recovery point, ${newest.name}, was taken ${ageOf(newest, report.now)} (${isoTime(takenAt)}), and "max-age" is ${limit}.${notGood(report)}`,
    {
      safe: `${plural(goodCount(report), 'good recovery point')} in the bucket, ${newest.name} the newest of them: what was lost since it was taken cannot be restored.`,
      advice: `${lookAdvice} ${scheduleAdvice}${run}`,
    },
  )
}

const nothingAdvice =
  'Check the inputs "s3-bucket" and "s3-prefix": they must be those of the backup. If they are, look at the runs of the backup workflow.'
const lookAdvice =
  'Look at the runs of the backup workflow: a red one says what to mend. If they are green, compare its "s3-bucket" and "s3-prefix" with those given here.'
const scheduleAdvice =
  'If none has started: GitHub drops scheduled runs when it is busy, and switches schedules off in a public repository after 60 days without activity; start one by hand, and switch the workflow on again on its page.'

/** Newer ones that do not count: somebody will ask about them. */
function notGood(report: ListReport): string {
  const { points = [] } = report
  const newest = newestGood(report)
  const newer = points.filter(
    ({ verdict, facts }) =>
      verdict !== 'good' &&
      (newest === undefined ||
        facts === undefined ||
        facts.takenAt.getTime() > newest.facts.takenAt.getTime()),
  )
  if (newer.length === 0) return ''
  const named = newer.slice(0, 5).map(({ name, verdict }) => `${name} (${verdict})`)
  const more = newer.length > named.length ? ` and ${newer.length - named.length} more` : ''
  return ` Not counted: ${named.join(', ')}${more}.`
}
