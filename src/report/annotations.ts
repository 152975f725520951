import type { RecentPoint, RunReport } from '../commands/backup/run-report'
import { runDurationMs } from '../commands/run-facts'
import { type Finding, sentenceOf } from '../findings/finding'
import { listed } from '../findings/listed'
import type { Log } from '../runtime/runtime'
import { plural } from '../runtime/text/format-count'
import { formatDuration } from '../runtime/text/format-duration'
import { formatSize } from '../runtime/text/format-size'

/** The annotations of a backup that ended well: one notice, and its warnings. */
export function annotateBackup(log: Pick<Log, 'notice' | 'warning'>, report: RunReport): void {
  annotateWarnings(log, report.warnings)
  log.notice(successSentence(report), report.recent === undefined ? 'Recovery point taken' : 'Skipped: none is due')
}

/** GitHub shows ten warnings of a step: from the tenth on they share one. The last one may be cut. */
export function annotateWarnings(log: Pick<Log, 'warning'>, warnings: readonly Finding[]): void {
  const singles = warnings.length <= 10 ? warnings : warnings.slice(0, 9)
  for (const each of singles) log.warning(cut(sentenceOf(each)), each.code)
  const rest = warnings.slice(singles.length)
  if (rest.length === 0) return
  const messages = rest.map(each => `${each.code}: ${sentenceOf(each)}`)
  log.warning(cut(messages.join('\n')), `${plural(rest.length, 'more warning')}`)
}

/** `Monday-13-00 is good: database 12.3 MB (16 tables), codebase 240 MB (2,521 files), in 1 m 38 s` */
export function successSentence(report: RunReport): string {
  if (report.recent !== undefined) return skippedSentence(report.recent, report.finishedAt)
  const artifacts = report.artifacts.map(({ name, bytes, counts }) => {
    const inside = counts[0] === undefined ? '' : ` (${counts[0]})`
    return `${name} ${formatSize(bytes)}${inside}`
  })
  return `${report.slot ?? 'The recovery point'} is good: ${listed(artifacts, 8)}, in ${formatDuration(runDurationMs(report))}`
}

/** `Monday-13-00 is good and was taken 12 m ago, and "min-interval" is 50 m: no recovery point was taken` */
export function skippedSentence({ slot, takenAt, minIntervalMs }: RecentPoint, now: Date): string {
  const ageMs = Math.max(0, now.getTime() - takenAt.getTime())
  return `${slot} is good and was taken ${formatDuration(ageMs)} ago, and "min-interval" is ${formatDuration(minIntervalMs)}: no recovery point was taken`
}

// The runner cuts at 4,096 characters without a sign; the log and the summary have the whole.
function cut(message: string): string {
  return message.length <= 3_500
    ? message
    : `${message.slice(0, 3_450).toWellFormed()}… (cut: the job summary has the rest)`
}
