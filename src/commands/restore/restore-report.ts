import type { Finding } from '../../findings/finding'
import type { PreflightReport } from '../../findings/preflight'
import type { FailureFacts, ReportedPhase, ReportedStore } from '../run-facts'

/** Everything a report tells about one run of the restore action. Whoever runs the steps fills it as they go. */
export interface RestoreReport {
  result: 'restored' | 'dry-run' | 'failed' | 'cancelled'
  /** The input `ssh-host`. */
  host: string
  store: ReportedStore
  /** Undefined while it is not chosen. */
  snapshot?: ReportedSnapshot
  startedAt: Date
  finishedAt: Date
  /** What is to go where, and what came of it. */
  items: RestoredItem[]
  /** What the look at the server has found. */
  checks?: PreflightReport
  safetyKeys: readonly string[]
  /** Set once something on the server is being changed. */
  hasBegun: boolean
  warnings: readonly Finding[]
  phases: readonly ReportedPhase[]
  /** Only when the run did not end well. */
  failure?: FailureFacts
}

interface ReportedSnapshot {
  /** As the input `snapshot` takes it: `Monday-13-00`, `daily/2026-11-23`. */
  name: string
  takenAt: Date
  /** The host it was taken from. */
  host: string
  runUrl: string
}

export type RestoredItem = RestoredDatabase | RestoredFolder

interface ItemFacts {
  target: string
  /** Of the stored object. */
  bytes: number
  /** What is in it, in words. */
  holds: string
  /** What stands at the target before, in words: `is not there`, `holds 12 tables`. */
  before: string
  /** What becomes of that, in words. */
  becomes: string
  /** What was compared, in words; undefined while it was not. */
  proof?: string
  importMs?: number
  compareMs?: number
}

export interface RestoredDatabase extends ItemFacts {
  kind: 'database'
  database: string
  tables: number
}

export interface RestoredFolder extends ItemFacts {
  kind: 'folder'
  path: string
  files: number
  /** Where the old one was put; null: there was none. */
  kept: string | null
}
