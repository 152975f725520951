import type { Finding } from '../../findings/finding'
import type { SizePoint } from '../../repository/catalog/size-history'
import type { ReportedChanges } from '../../repository/guards/changes'
import type { FailureFacts, ReportedPhase, ReportedStore, ReportedTier } from '../run-facts'

/** Everything a report tells about one run of the backup action. Whoever runs the steps fills it as they go. */
export interface RunReport {
  result: 'good' | 'suspect' | 'dry-run' | 'failed' | 'cancelled'
  /** Undefined when the run ended before it was known. */
  slot?: string
  /** The input `ssh-host`. */
  host: string
  store: ReportedStore
  /** Undefined when no database was asked for, or it was never reached. */
  database?: { flavor: string; version: string }
  startedAt: Date
  finishedAt: Date
  /** What was stored, in the order of the manifest. Empty after a failed run. */
  artifacts: readonly ReportedArtifact[]
  /** Over all databases. */
  tables?: ReportedTables
  /** Seconds between the moment the database stood for and the moment the files were read. */
  skewSeconds?: number
  warnings: readonly Finding[]
  manifestKey?: string
  /** Set once the commit has begun: from then on the slot may have changed. */
  isCommitting?: boolean
  /** Against the last good recovery point, where there is one. */
  changes?: ReportedChanges
  /** What the last recovery points stored. */
  sizes?: readonly SizePoint[]
  /** The ring and the longer tiers. */
  tiers?: readonly ReportedTier[]
  /** The steps of the run in their order. */
  phases: readonly ReportedPhase[]
  /** Only when `result` is not `good`. */
  failure?: FailureFacts
}

/** One stored object and what is in it. */
export interface ReportedArtifact {
  /** As in the manifest: `database`, `shop.database`, `codebase`. */
  name: string
  source: ReportedSource
  key: string
  /** Of the stored object. */
  bytes: number
  sha256: string
  compression: 'gzip' | 'zstd' | 'none'
  /** Of the uncompressed stream. */
  contentBytes: number
  /** What is inside, in words, the most telling first: `16 tables`, `7 views`. */
  counts: readonly string[]
  durationMs: number
  /** The same artifact of the last good recovery point, where that is known. */
  previous?: { bytes: number; contentBytes: number }
}

/** Where an artifact came from, as much of it as a restore by hand needs. */
type ReportedSource =
  | { kind: 'database'; database: string; characterSet: string; collation: string }
  | { kind: 'files'; paths: readonly string[] }

export interface ReportedTables {
  total: number
  /** The largest ones first, ten at most. `name` with its database where there are several. Bytes of their rows in the dump. */
  largest: readonly { name: string; bytes: number }[]
}
