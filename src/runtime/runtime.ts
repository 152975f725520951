/**
 * The port to the environment that runs the action: `github-runtime.ts` and `terminal-runtime.ts` implement it; tests pass
 * one that records.
 */
export interface Runtime {
  readonly log: Log
  readonly clock: StoreClock
  readonly run: RunIdentity
  /** Aborted on SIGINT and SIGTERM. GitHub's runner sends SIGTERM 7.5 s after SIGINT and kills 2.5 s later. */
  readonly signal: AbortSignal
  /** How long a run may clean up once `signal` is aborted. */
  readonly graceMs: number
  /** The trimmed value of an input; '' when absent. */
  input(name: string): string
  /** Masks a secret, and each of its lines, in everything printed from now on. */
  mask(secret: string): void
  /** Replaces every masked secret in the text by `***`. */
  scrub(text: string): string
  /** Never throws: an output that cannot be written is a warning. */
  output(name: string, value: string): void
  /** Adds GitHub-flavoured Markdown to the job summary. Never rejects: one that cannot be written is a warning. */
  summary(markdown: string): Promise<void>
  /**
   * Passes a value from the main step to the post step of the same action. At most 64 KiB each. Throws `FailureError`
   * when the first one cannot be written: nothing has been touched yet. Later all that was saved is dropped, with a
   * warning: by what is out of date, a post step would take back what is done.
   */
  saveState(name: string, value: string): void
  /** The value that the main step saved; '' if none. */
  state(name: string): string
}

/**
 * The log. All text is scrubbed of secrets and cannot act as a workflow command: control characters become visible,
 * `::` at the start of a line and `##[` anywhere are broken up.
 */
export interface Log {
  info(line: string): void
  /** Shown only when the workflow runs with debug logging. */
  debug(line: string): void
  /** Annotations. GitHub shows ten of each kind per step, so callers collect before they call. */
  notice(message: string, title?: string): void
  warning(message: string, title?: string): void
  error(message: string, title?: string): void
  /** Only on a terminal: shows how far things are, in place of what it showed before; '' removes it. */
  live?(line: string): void
  /** Folds the lines printed by `work` under a heading, and prints how long it took. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
}

/** The time of day, and how sure that is. */
export interface WallClock {
  /** By the store's clock, as soon as that is known. */
  now(): Date
  /** How far this machine's clock is ahead of the store's; negative: behind. Undefined: the store has not shown its time. */
  aheadMs(): number | undefined
}

export interface Clock extends WallClock {
  /** Milliseconds that never go back, for durations. */
  monotonicMs(): number
}

/** A clock that learns the store's time. */
export interface StoreClock extends Clock {
  /** A request is sent now; what comes back takes the `Date` header of its answer, undefined without one. */
  asking(): (date: string | undefined) => void
}

/** Identifies the run. Empty strings outside GitHub. */
export interface RunIdentity {
  repository: string
  id: string
  attempt: string
  event: string
  url: string
  /** The file of the workflow in its repository; undefined outside GitHub. */
  workflow?: string
  /** The job and the step in it: `backup/__self`. */
  step?: string
}
