import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import {
  ageMs,
  type DatedPoint,
  goodCount,
  isDated,
  type ListReport,
  newestGood,
  type PointFacts,
  type ReportedPoint,
} from './list-report'

/** For the log: `Monday-13-00: good, taken 2026-11-23T13:17:02Z, 43 m ago, 1.2 MB (16 tables), 4.4 MB (2,521 files)` */
export function pointLine(point: ReportedPoint, now: Date): string {
  const { name, verdict, isStale, facts, proof, signer, problem } = point
  const words = [
    verdict,
    isDated(point) ? `taken ${isoTime(point.facts.takenAt)}, ${ageOf(point, now)}` : 'of unknown age',
    isStale ? 'stale' : '',
    facts === undefined ? '' : databasesText(facts),
    facts === undefined ? '' : filesText(facts),
    facts?.isEncrypted === true ? 'encrypted' : '',
    proofWords(proof),
    signer === undefined ? '' : `signed by ${signer}`,
  ]
  const end = problem === undefined ? '' : `. ${problem}`
  return `${name}: ${words.filter(word => word !== '').join(', ')}${end}`
}

function proofWords(proof: ReportedPoint['proof']): string {
  switch (proof?.kind) {
    case undefined:
      return ''
    case 'proven':
      return `proven ${isoTime(proof.provenAt)}`
    case 'failed':
      return `its drill failed ${isoTime(proof.failedAt)} (${proof.problem})`
    case 'untrusted':
      return `not proven (${proof.problem})`
  }
}

/** `Monday-13-00 is the newest good recovery point, taken 43 m ago: one of 176 good ones` */
export function newestSentence(report: ListReport): string {
  const newest = newestGood(report)
  if (newest === undefined) return 'There is no good recovery point'
  const good = goodCount(report)
  const among = good === 1 ? 'the only good one' : `one of ${plural(good, 'good one')}`
  return `${newest.name} is the newest good recovery point, taken ${ageOf(newest, report.now)}: ${among}`
}

/** `43 m ago` */
export function ageOf(point: DatedPoint, now: Date): string {
  return `${formatDuration(ageMs(point, now))} ago`
}

/** `12.3 MB (16 tables)`, with their number where there are several; '' without a database. */
export function databasesText({ databases }: PointFacts): string {
  if (databases.length === 0) return ''
  const which = databases.length === 1 ? '' : `${plural(databases.length, 'database')}: `
  const tables = databases.reduce((sum, each) => sum + each.tables, 0)
  const bytes = databases.reduce((sum, each) => sum + each.bytes, 0)
  return `${which}${formatSize(bytes)} (${plural(tables, 'table')})`
}

/** `240 MB (2,521 files)`; '' without a files part. */
export function filesText({ files }: PointFacts): string {
  return files === undefined ? '' : `${formatSize(files.bytes)} (${plural(files.files, 'file')})`
}

/** To the second: `2026-11-23T13:17:02Z` */
export function isoTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** The beginnings of periods, neighbours joined: `2026-11-22T03:00:00Z to 2026-11-22T05:00:00Z (3)`. */
export function periodRows(beginnings: readonly Date[], everyMs: number): string[] {
  const rows: Date[][] = []
  for (const beginning of beginnings) {
    const row = rows.at(-1)
    const isNext = row?.at(-1)?.getTime() === beginning.getTime() - everyMs
    if (isNext) row?.push(beginning)
    else rows.push([beginning])
  }
  return rows.map(row => {
    const [first = '', last = ''] = [row[0], row.at(-1)].map(time => time && isoTime(time))
    return row.length === 1 ? first : `${first} to ${last} (${row.length})`
  })
}
