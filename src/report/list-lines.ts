import { plural } from '../runtime/format-count'
import { formatDuration } from '../runtime/format-duration'
import { formatSize } from '../runtime/format-size'
import { ageMs, type DatedPoint, type ListReport, newestGood, type ReportedPoint } from './list-report'

/** One recovery point for the log: `Monday-13-00: good, taken 2026-11-23T13:17:02Z, 43 m ago, database 1.2 MB, files 4.4 MB`. */
export function listedLine(point: ReportedPoint, now: Date): string {
  const { name, verdict, isStale, facts, proof, problem } = point
  const age =
    facts === undefined ? [] : [`taken ${isoTime(facts.takenAt)}, ${ageOf({ ...point, facts }, now)}`]
  const words = [
    verdict,
    ...age,
    ...(isStale ? ['stale'] : []),
    ...(facts === undefined ? [] : sizesOf(facts)),
    ...(proof === undefined ? [] : [`proven ${isoTime(proof.provenAt)}`]),
  ]
  return `${name}: ${words.join(', ')}${problem === undefined ? '' : `. ${problem}`}`
}

/** `Monday-13-00 is the newest good recovery point, taken 43 m ago: one of 176 that are good` */
export function newestSentence(report: ListReport): string {
  const newest = newestGood(report)
  if (newest === undefined) return 'There is no good recovery point'
  const good = goodCount(report)
  const among = good === 1 ? 'the only good one' : `one of ${plural(good, 'good one')}`
  return `${newest.name} is the newest good recovery point, taken ${ageOf(newest, report.now)}: ${among}`
}

/** How many there are that can be restored without a second thought. */
export function goodCount({ points = [] }: Pick<ListReport, 'points'>): number {
  return points.filter(({ verdict }) => verdict === 'good').length
}

/** `43 m ago` */
export function ageOf(point: DatedPoint, now: Date): string {
  return `${formatDuration(ageMs(point, now))} ago`
}

/** To the second: `2026-11-23T13:17:02Z` */
export function isoTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** The beginnings of periods, with rows of neighbours joined: `2026-11-22T03:00:00Z to 2026-11-22T05:00:00Z (3)`. */
export function periodRows(beginnings: readonly Date[], everyMs: number): string[] {
  const rows: Date[][] = []
  for (const beginning of beginnings) {
    const row = rows.at(-1)
    const isNext = row?.at(-1)?.getTime() === beginning.getTime() - everyMs
    if (isNext) row?.push(beginning)
    else rows.push([beginning])
  }
  return rows.map(row => {
    const [first, last] = [row[0], row.at(-1)].map(time => (time === undefined ? '' : isoTime(time)))
    return row.length === 1 ? `${first}` : `${first} to ${last} (${row.length})`
  })
}

function sizesOf({ databases, files }: DatedPoint['facts']): string[] {
  const [only, ...others] = databases
  const bytes = databases.reduce((sum, database) => sum + database.bytes, 0)
  return [
    ...(only === undefined
      ? []
      : [`${others.length === 0 ? 'database' : plural(databases.length, 'database')} ${formatSize(bytes)}`]),
    ...(files === undefined ? [] : [`files ${formatSize(files.bytes)}`]),
  ]
}
