import type { Finding } from '../../findings/finding'
import type { PreflightReport } from '../../findings/preflight'
import type { RestoredItem, RestoreItem } from '../../sources/restore-item'
import type { FailureFacts, ReportedPhase, ReportedStore } from '../run-facts'

/** What becomes known of a restore while it goes. */
export interface RestoreFacts {
  point: RestoredPoint
  /** What is to go where. */
  items: readonly RestoreItem[]
  /** What the look at the server has found. */
  checks: PreflightReport
  /** Stored objects that have what was replaced. */
  safetyKeys: readonly string[]
  /** Something on the server is being changed. */
  hasBegun: boolean
  warnings: readonly Finding[]
}

export interface RestoredPoint {
  /** As the input `snapshot` takes it: `Monday-13-00`, `daily/2026-11-23`. */
  name: string
  takenAt: Date
  /** The host it was taken from. */
  host: string
  runUrl: string
}

/** What came of a restore, or of its rehearsal. */
export type RestoreResult = Omit<RestoreFacts, 'hasBegun' | 'items'> &
  ({ status: 'dry-run'; items: readonly RestoreItem[] } | { status: 'restored'; items: readonly RestoredItem[] })

/** What is shown of any run of the restore action. */
export interface RestoreRun {
  /** The input `ssh-host`. */
  host: string
  store: ReportedStore
  startedAt: Date
  finishedAt: Date
  phases: readonly ReportedPhase[]
}

/** One that did not end well. */
export interface FailedRestoreRun extends RestoreRun {
  /** As far as they became known. */
  facts: Partial<RestoreFacts>
  failure: FailureFacts
}
