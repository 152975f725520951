import type { Finding } from '../../findings/finding'
import type { FailureFacts, ReportedStore } from '../run-facts'

/** Everything a report tells about one run of the action `verify`. Whoever runs the steps fills it as they go. */
export interface VerifyReport {
  level: 'stored' | 'read' | 'restore'
  store: ReportedStore
  startedAt: Date
  finishedAt: Date
  /** How many recovery points are to be verified; undefined before it is known. */
  asked?: number
  /** Those that have been, in the order in which they were asked for. */
  points: readonly VerifiedPoint[]
  warnings: readonly Finding[]
  /** Only of a run that did not end well. */
  failure?: FailureFacts
}

/** One recovery point and what was found. */
export interface VerifiedPoint {
  /** As an input takes it: `Monday-13-00`, `daily/2026-11-23`, `suspect/Monday-13-00`. */
  name: string
  /** `proven`: nothing is wrong. */
  status: 'proven' | 'failed'
  /** Of the manifest; `unknown` where none could be read. */
  verdict: 'good' | 'suspect' | 'unknown'
  /** As the manifest has it; undefined where none could be read. */
  takenAt: string | undefined
  objects: number
  /** Only of one that a run is publishing: when that began. */
  publishingSince?: string
  /** Of all its objects. */
  storedBytes: number
  durationMs: number
  findings: readonly Finding[]
  /** Only when it was restored. */
  restoreSeconds?: number
}

/** Whether everything that was asked for is proven. A run that looked at nothing has proven nothing. */
export function isProven({ asked, points, failure }: VerifyReport): boolean {
  return (
    failure === undefined &&
    points.length > 0 &&
    points.length === asked &&
    points.every(({ status }) => status === 'proven')
  )
}

/** What a level has done with the objects, for a sentence. */
export const levelWords: Readonly<Record<VerifyReport['level'], string>> = {
  stored: 'compared with what the store says',
  read: 'read and checked',
  restore: 'read, checked and restored',
}
