import type { Finding } from '../../findings/finding'
import type { RecordedDrill } from '../../repository/catalog/last-drills'
import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import type { SizePoint } from '../../repository/catalog/size-history'
import type { ReportedChanges } from '../../repository/guards/changes'
import type { FilesEdited } from '../../sources/backup-part'
import type { NextStep } from '../../sources/restore-item'
import type { PublicKey } from '../../ssh/keys/public-key'
import type { Attempt } from '../attempt'
import type { FailureFacts, ReportedPhase, ReportedStore, ReportedTier, ReportedWeek } from '../run-facts'

/** What is known of a backup before it ends. */
export interface BackupFacts {
  slot: string
  /** What serves the databases: `MariaDB 10.11.19`. Undefined without databases, or when the server was not reached. */
  servedBy: string | undefined
  /** What the bucket had before. */
  index: PrefixIndex
  /** It did not pass the shrink guard. */
  suspect: SuspectFacts
  /** What the bucket has after a failure. */
  history: HistoryAfterFailure
  /** The commit has begun: from then on the slot may have changed. */
  isCommitting: boolean
  /** The commit is done. */
  isStored: boolean
  /** A dry run has written its summary. */
  isSummarized: boolean
}

export type BackupAttempt = Attempt<BackupFacts>

/** What a backup has stored. */
export interface BackupResult extends StoredPoint, Partial<BackupHistory> {
  /** `failed`: a suspect recovery point that could not be stored; `skipped`: none was due, see `recent`. */
  result: 'good' | 'suspect' | 'skipped' | 'failed'
  slot: string
  /** Only when skipped: the recovery point that is young enough. Its slot and its manifest are those of the report. */
  recent?: RecentPoint
  /** Fails the run all the same: it is suspect, or `after-command` failed. */
  error?: unknown
}

/** A good recovery point that is younger than `min-interval`: none is due. */
export interface RecentPoint {
  slot: string
  takenAt: Date
  manifestKey: string
  /** The input. */
  minIntervalMs: number
}

/** What is in the prefix. */
export interface BackupHistory {
  /** What each recovery point of the ring has stored, this one last. */
  sizes: readonly SizePoint[]
  /** The ring and the longer tiers. */
  tiers: readonly ReportedTier[]
  week: ReportedWeek
  /** The newest first. */
  drills: readonly RecordedDrill[]
  /** What the whole archives take that recovery points build on. */
  baseBytes: number
}

/** Why a recovery point is suspect, and what to do about it. */
export interface SuspectFacts {
  /** Against the last good one. */
  changes: ReportedChanges
  /** How what is missing comes back from the last good one. */
  bringBack: readonly NextStep[]
}

/** The same after a failure, as far as the store gave an answer; and the newest good one, from this host or another. */
export type HistoryAfterFailure = Partial<BackupHistory> & { lastGood?: DatedSlot & { host: string } }

/** A recovery point, by name and age. */
interface DatedSlot {
  slot: string
  takenAt: Date
}

/** One recovery point that is complete in the store. */
export interface StoredPoint {
  /** As the manifest has it: what follows is no longer part of the run's duration. */
  finishedAt?: Date
  /** In the order of the manifest. */
  artifacts: readonly ReportedArtifact[]
  /** `the database and the files` */
  taken?: string
  /** Of all objects that are new. */
  sentBytes?: number
  /** Over all databases. */
  tables?: ReportedTables
  /** How far apart the moments are that the parts show. */
  skew?: { of: string; seconds: number }
  manifestKey?: string
  /** Who signed it: the public key, as a line and by its fingerprint. Undefined: nobody. */
  signer?: Pick<PublicKey, 'line' | 'fingerprint'>
  /** Against the last good recovery point, where there is one. */
  changes?: ReportedChanges
  /** Which files changed since the last run. */
  edited?: FilesEdited
  /** What less would be sent and stored with another setting, a sentence. */
  sparing?: string
  /** Commands of standard tools that restore exactly these objects, one line each, and where to run them. */
  recovery?: { commands: readonly string[]; note: string }
}

/** Everything that is shown of one run of the backup action. */
export interface RunReport extends Omit<BackupResult, 'result' | 'slot' | 'finishedAt' | 'error'> {
  result: BackupResult['result'] | 'dry-run' | 'cancelled'
  /** Undefined when the run ended before it was known. */
  slot?: string
  servedBy?: string | undefined
  /** The input `ssh-host`. */
  host: string
  store: ReportedStore
  startedAt: Date
  finishedAt: Date
  /** The steps of the run in their order. */
  phases: readonly ReportedPhase[]
  warnings: readonly Finding[]
  suspect?: SuspectFacts
  /** The newest good one, of a run that stored none; undefined: none, or not known. */
  lastGood?: DatedSlot
  /** Only when `result` is not `good`. */
  failure?: FailureFacts
}

/** One stored object and what is in it. */
export interface ReportedArtifact {
  /** As in the manifest: `database`, `shop.database`, `codebase`. */
  name: string
  /** What it was taken from, by name. */
  origins: readonly string[]
  key: string
  /** Of the stored object. */
  bytes: number
  sha256: string
  /** Of the uncompressed stream. */
  contentBytes: number
  /** What is inside, in words, the most important first: `16 tables`, `7 views`. */
  counts: readonly string[]
  /** What else is to be known of it, a sentence each. */
  notes?: readonly string[]
  durationMs: number
  /** The same artifact of the last good recovery point, where that is known. */
  previous?: { bytes: number; contentBytes: number }
}

export interface ReportedTables {
  total: number
  /**
   * The largest first, ten at most. `name`: with its database if there are several; `bytes`: its rows in the dump; `rows`: how
   * many, where they were counted.
   */
  largest: readonly { name: string; bytes: number; rows?: number }[]
}
