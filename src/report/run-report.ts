import { plural } from '../runtime/format-count'
import type { Warning } from '../runtime/runtime'
import type { ReportedChanges } from './changes-section'
import type { SizePoint } from './size-chart'
import type { ReportedTier } from './tier-ages'

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
  warnings: readonly Warning[]
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

/** Where recovery points are kept. */
export interface ReportedStore {
  bucket: string
  /** Folder in the bucket without a slash at either end; '' for the bucket's root. */
  prefix: string
  /** Undefined: AWS itself. */
  endpoint?: string
}

/** What of the settings of a bucket a report shows. */
export function reportedStore({ bucket, prefix, endpoint }: ReportedStore): ReportedStore {
  return { bucket, prefix, ...(endpoint === undefined ? {} : { endpoint }) }
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
export type ReportedSource =
  | { kind: 'database'; database: string; characterSet: string; collation: string }
  | { kind: 'files'; paths: readonly string[] }

export interface ReportedTables {
  total: number
  /** The largest ones first, ten at most. `name` with its database where there are several. Bytes of their rows in the dump. */
  largest: readonly { name: string; bytes: number }[]
}

export interface ReportedPhase {
  name: string
  durationMs: number
}

/** Why a run did not end well, for a person: whole sentences, free of secrets. */
export interface FailureFacts {
  /** `user`: mendable in the workflow or on the server; `failure`: something broke; `bug`: a fault of this program. */
  kind: 'user' | 'failure' | 'cancelled' | 'bug'
  /** What failed. */
  what: string
  /** What is still safe. */
  safe: string
  /** What to do next. */
  advice: string
  /** Lines for the log: stderr of tools, causes; stacks only for a bug. */
  detail: readonly string[]
}

/** The time from start to end, never negative. */
export function runDurationMs(report: Pick<RunReport, 'startedAt' | 'finishedAt'>): number {
  return Math.max(0, report.finishedAt.getTime() - report.startedAt.getTime())
}

/** The counts of a dump, in words. */
export function databaseCounts(content: {
  tables: number
  views: number
  triggers: number
  routines: number
  events: number
}): string[] {
  return [
    plural(content.tables, 'table'),
    plural(content.views, 'view'),
    plural(content.triggers, 'trigger'),
    plural(content.routines, 'routine'),
    plural(content.events, 'event'),
  ]
}

/** The counts of an archive, in words. */
export function filesCounts(content: { files: number; directories: number; links: number }): string[] {
  return [
    plural(content.files, 'file'),
    plural(content.directories, 'directory', 'directories'),
    plural(content.links, 'symbolic link'),
  ]
}
