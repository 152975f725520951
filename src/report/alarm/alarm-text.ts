import { createHash } from 'node:crypto'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { code, prose } from '../summary/markdown'
import { readableTime } from '../summary/readable-time'

/** What an alarm is about: one issue for each. */
export interface AlarmSubject {
  kind: 'backup' | 'verify' | 'list'
  bucket: string
  prefix: string
}

/** What a failed run adds to the alarm. */
export interface AlarmNews {
  /** `Backup failed: database "shopp" does not exist` */
  title: string
  /** What is still good, in whole sentences. */
  safe: string
  /** '' outside GitHub. */
  runUrl: string
  now: Date
}

/** What the issue itself remembers. */
export interface AlarmState {
  since: Date
  failures: number
}

/** What only the issue of this subject has in its body. */
export function alarmMark({ kind, bucket, prefix }: AlarmSubject): string {
  const id = createHash('sha256')
    .update(JSON.stringify([kind, bucket, prefix]))
    .digest('hex')
    .slice(0, 16)
  return `make-a-backup-alarm ${id}`
}

/** The title of the issue: the cause, and where. */
export function alarmTitle({ prefix }: AlarmSubject, { title }: AlarmNews): string {
  const where = prefix === '' ? '' : ` (${prefix})`
  return `${withoutPlaces(title).slice(0, 200)}${where}`
}

/** The body of the issue. It names no file, and nothing that is in one. */
export function alarmBody(subject: AlarmSubject, news: AlarmNews, { since, failures }: AlarmState): string {
  const { title, safe, runUrl, now } = news
  const run = runUrl === '' ? '' : ` [The run](${runUrl}) has the details, and what to do.`
  return [
    `<!-- ${alarmMark(subject)} since=${since.toISOString()} failures=${failures} -->`,
    `**${prose(withoutPlaces(title))}**`,
    `- **Since** ${readableTime(since)}, ${formatDuration(now.getTime() - since.getTime())}: ${plural(failures, 'failed run')}, the last at ${readableTime(now)}.${run}`,
    `- **Where** ${code(`${subject.bucket}/${subject.prefix}`)}`,
    `- **Still good** ${prose(withoutPlaces(safe))}`,
    'The next failed run changes this text, and the next good one closes the issue.',
  ].join('\n\n')
}

/** What an issue remembers; undefined when its mark was changed. */
export function alarmState(body: string): AlarmState | undefined {
  const [, since = '', failures = ''] = /make-a-backup-alarm \w+ since=(\S+) failures=(\d{1,6}) -->/.exec(body) ?? []
  const date = new Date(since)
  return Number.isNaN(date.getTime()) ? undefined : { since: date, failures: Number(failures) }
}

/** The last word in the issue. */
export function alarmOver({ since }: AlarmState, { runUrl, now }: Pick<AlarmNews, 'runUrl' | 'now'>): string {
  const run = runUrl === '' ? 'A run' : `[A run](${runUrl})`
  const gap = formatDuration(now.getTime() - since.getTime())
  return `${run} was good at ${readableTime(now)}. The gap: ${gap}, since ${readableTime(since)}.`
}

/** Without paths and keys: a public repository shows its issues to everybody. */
function withoutPlaces(text: string): string {
  return text.replace(/"[^"]*\/[^"]*"/g, '"…"').replace(/(?<![\w:/.])~?\/[^\s,;:)"]+/g, '…')
}
