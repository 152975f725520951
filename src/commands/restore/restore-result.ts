import type { Finding } from '../../findings/finding'
import type { PreflightReport } from '../../findings/preflight'
import type { ItemOutcome, NextStep, RestoreItem } from '../../sources/restore-item'
import type { Attempt } from '../attempt'
import type { FailureFacts, ReportedPhase, ReportedStore } from '../run-facts'

/** What is known of a restore before it ends. */
export interface RestoreFacts {
  point: RestoredPoint
  /** What to restore, and to which targets. */
  items: readonly RestoreItem[]
  /** What the checks of the server found. */
  checks: PreflightReport
  /** What else the site needs. */
  nextSteps: readonly NextStep[]
  /** Stored objects that have what is replaced. */
  safetyKeys: readonly string[]
  /** How what was restored differs from the recovery point: the output `differences`. */
  differences: readonly Readonly<Record<string, unknown>>[]
  /** Something on the server is being changed. */
  hasBegun: boolean
}

export type RestoreAttempt = Attempt<RestoreFacts>

export interface RestoredPoint {
  /** As the input `snapshot` takes it: `Monday-13-00`, `daily/2026-11-23`. */
  name: string
  takenAt: Date
  /** The host it was taken from. */
  host: string
  runUrl: string
  /** The fingerprint of who signed it; undefined where nobody did. */
  signer: string | undefined
  /** Whether that is one of those that `signed-by` names. */
  isAuthentic: boolean
}

/** What came of a restore, or of its dry run. */
export interface RestoreResult extends Omit<RestoreFacts, 'hasBegun'> {
  result: 'restored' | 'dry-run'
  /** Not of a dry run: what came of each. */
  items: readonly (RestoreItem & Partial<ItemOutcome>)[]
}

/** Everything that is shown of one run of the restore action. */
export interface RestoreReport extends Partial<RestoreFacts> {
  result: RestoreResult['result'] | 'failed' | 'cancelled'
  items: RestoreResult['items']
  safetyKeys: readonly string[]
  /** The input `ssh-host`. */
  host: string
  store: ReportedStore
  startedAt: Date
  finishedAt: Date
  phases: readonly ReportedPhase[]
  warnings: readonly Finding[]
  /** Only when the run did not end well. */
  failure?: FailureFacts
}
