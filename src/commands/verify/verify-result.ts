import type { Finding } from '../../findings/finding'
import type { RecordedDrill } from '../../repository/catalog/last-drills'
import type { Proven } from '../../repository/manifest/proof'
import type { DrillShown } from '../../sources/drill/drill-part'
import type { Attempt } from '../attempt'
import type { FailureFacts, ReportedStore } from '../run-facts'

/** What is known of a verification before it ends. */
export interface VerifyFacts {
  /** How many recovery points are to be verified. */
  requested: number
  /** Those that have been, in the order in which they were requested. */
  points: readonly VerifiedPoint[]
  /** Of drills: the last ones of the ring, this one among them. */
  lastDrills?: readonly RecordedDrill[]
}

export type VerifyAttempt = Attempt<VerifyFacts>

/** Everything that is shown of one run of the action `verify`. */
export interface VerifyReport extends Partial<VerifyFacts> {
  level: 'stored' | 'read' | 'restore'
  store: ReportedStore
  startedAt: Date
  finishedAt: Date
  points: readonly VerifiedPoint[]
  warnings: readonly Finding[]
  /** Only of a run that did not end well. */
  failure?: FailureFacts
}

/** One recovery point and what was found. */
export interface VerifiedPoint {
  /** As an input takes it: `Monday-13-00`, `daily/2026-11-23`, `suspect/Monday-13-00`. */
  name: string
  /** `proven`: no findings. `stale`: a slot whose turn was skipped, and that builds on what was overwritten since. */
  status: 'proven' | 'failed' | 'stale'
  /** Of the manifest; `unknown` where none could be read. */
  verdict: 'good' | 'suspect' | 'unknown'
  /** See `takenAt` of the catalog, in ISO 8601; undefined where no manifest could be read. */
  takenAt: string | undefined
  objects: number
  /** Only of one that a run is publishing: when that began. */
  publishingSince?: string
  /** Of all its objects. */
  storedBytes: number
  durationMs: number
  /** The fingerprint of who signed it; undefined where nobody did. */
  signer?: string
  findings: readonly Finding[]
  /** Only when it was restored. */
  restoreSeconds?: number
  drill?: DrillShown & Pick<Proven, 'tables' | 'files'> & { server?: { flavor: string; version: string } }
}

/** Whether everything requested is proven, but for slots that are stale. A run that checked nothing has proven nothing. */
export function isProven({
  requested,
  points,
  failure,
}: Pick<VerifyReport, 'requested' | 'points' | 'failure'>): boolean {
  return (
    failure === undefined &&
    points.length > 0 &&
    points.length === requested &&
    points.every(({ status }) => status !== 'failed') &&
    points.some(({ status }) => status === 'proven')
  )
}

/** What a level has done with the objects, for a sentence. */
export const levelWords: Readonly<Record<VerifyReport['level'], string>> = {
  stored: 'compared with what the store says',
  read: 'read and checked',
  restore: 'read, checked and restored',
}
