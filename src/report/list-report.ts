import type { Warning } from '../runtime/runtime'
import type { FailureFacts, ReportedStore } from './run-report'

/** Everything a report tells about one run of the action `list`. Whoever runs the steps fills it as they go. */
export interface ListReport {
  store: ReportedStore
  /** Ages are counted up to here. */
  now: Date
  /** As the inputs say; undefined where they say nothing. */
  maxAge: { text: string; ms: number } | undefined
  expectEvery: { text: string; ms: number } | undefined
  /** Newest first; undefined before the bucket was read. */
  points?: readonly ListedPoint[]
  /** The starts of the periods of `expectEvery` without a good one, oldest first. */
  missing: readonly Date[]
  warnings: readonly Warning[]
  /** Only of a run that did not end well. */
  failure?: FailureFacts
}

/** One recovery point, or what should be one. */
export interface ListedPoint {
  /** As an input takes it: `Monday-13-00`, `daily/2026-11-23`, `suspect/Monday-13-00`. */
  name: string
  place: 'ring' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'suspect'
  state: 'good' | 'suspect' | 'damaged' | 'unfinished' | 'lost' | 'unreadable' | 'denied'
  /** By its manifest, and so undefined where none could be read; never by the name of its slot. */
  takenAt: Date | undefined
  /** A slot of the ring whose turn came again and was skipped. */
  isStale: boolean
  /** The input `ssh-host` of the backup; undefined where no manifest could be read. */
  host: string | undefined
  databases: readonly { name: string; bytes: number; tables: number }[]
  files: { paths: readonly string[]; bytes: number; files: number } | undefined
  /** Its last drill, if that was of this very recovery point. */
  proof: { provenAt: Date; restoreSeconds: number } | undefined
  /** Why it cannot be restored, in whole sentences. */
  problem: string | undefined
}

/** The newest one that can be restored as it is: good, of the ring or of a tier. */
export function newestGood({ points }: Pick<ListReport, 'points'>): (ListedPoint & { takenAt: Date }) | undefined {
  const newest = points?.find(({ state }) => state === 'good')
  return newest?.takenAt === undefined ? undefined : { ...newest, takenAt: newest.takenAt }
}

/** How old it is, in milliseconds, never less than nothing. */
export function ageMs({ now }: Pick<ListReport, 'now'>, takenAt: Date): number {
  return Math.max(0, now.getTime() - takenAt.getTime())
}

/** Of all its objects. */
export function storedBytes({ databases, files }: ListedPoint): number {
  return databases.reduce((sum, { bytes }) => sum + bytes, files?.bytes ?? 0)
}

/** Neither good nor suspect: there is nothing that a restore would take. */
export function isUnfit({ state }: ListedPoint): boolean {
  return state !== 'good' && state !== 'suspect'
}

/** The same report with every text that comes from the bucket scrubbed of secrets. */
export function scrubListReport(report: ListReport, scrub: (text: string) => string): ListReport {
  const scrubbed = (text: string | undefined) => (text === undefined ? undefined : scrub(text))
  const points = report.points?.map(point => ({
    ...point,
    host: scrubbed(point.host),
    problem: scrubbed(point.problem),
    databases: point.databases.map(database => ({ ...database, name: scrub(database.name) })),
    files: point.files && { ...point.files, paths: point.files.paths.map(scrub) },
  }))
  return {
    ...report,
    ...(points === undefined ? {} : { points }),
    warnings: report.warnings.map(({ code, message }) => ({ code, message: scrub(message) })),
  }
}
