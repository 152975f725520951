/** The ring, or one of the longer tiers. */
export interface ReportedTier {
  /** `ring`, `daily`, `weekly`, `monthly`, `yearly`. */
  name: string
  /** How many recovery points it has. */
  count: number
  /** When the newest and the oldest good one were taken; undefined when there is none. */
  newest: Date | undefined
  oldest: Date | undefined
}

/** The last week of a ring. */
export interface ReportedWeek {
  /** Of the slots: its hours are those of this clock. */
  timezone: string
  /** In any order; of two in one hour the later one counts. */
  points: readonly WeekPoint[]
  /** The beginnings of the hours, or longer periods, in which none was taken, though one was due. */
  missing: readonly Date[]
  /** How often one is due; absent: not known. */
  everyMs?: number
}

export interface WeekPoint {
  slot: string
  takenAt: Date
  /** `disproven`: its last drill failed; `stale`: it was not replaced when its turn came; `unfit`: no restore takes it. */
  state: 'good' | 'proven' | 'disproven' | 'suspect' | 'stale' | 'unfit'
}

/** Where recovery points are kept. */
export interface ReportedStore {
  bucket: string
  /** Folder in the bucket without a slash at either end; '' for the bucket's root. */
  prefix: string
  /** Undefined: AWS itself. */
  endpoint?: string
}

/** The settings of a bucket that a report shows. */
export function reportedStore({ bucket, prefix, endpoint }: ReportedStore): ReportedStore {
  return { bucket, prefix, ...(endpoint === undefined ? {} : { endpoint }) }
}

/** One step of a run, and how long it took. */
export interface ReportedPhase {
  name: string
  durationMs: number
}

/** One of several faults: whole sentences. */
export interface ReportedFault {
  what: string
  /** What to do about it. Text to copy is on lines of its own. */
  fix?: string
}

/** Why a run did not end well, for a person: whole sentences, free of secrets. */
export interface FailureFacts {
  /** `user`: fixable in the workflow or on the server; `failure`: something broke; `bug`: a fault of this program. */
  kind: 'user' | 'failure' | 'cancelled' | 'bug'
  /** The cause, for a title: `database "shopp" does not exist`. */
  title: string
  /** What failed. */
  what: string
  /** The single faults where there are several; `what` then only counts them. */
  faults: readonly ReportedFault[]
  /** What is still safe. */
  safe: string
  /** What to do next. */
  advice: string
  /** Lines for the log: stderr of tools, causes; stacks only for a bug. */
  detail: readonly string[]
}

/** The time from start to end, never negative. */
export function runDurationMs(report: { startedAt: Date; finishedAt: Date }): number {
  return Math.max(0, report.finishedAt.getTime() - report.startedAt.getTime())
}
