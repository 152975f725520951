/**
 * The port to whatever runs the action. Commands and reports see only this; `github-runtime.ts` implements it over
 * `@actions/core`, tests pass one that records.
 */
export interface Runtime {
  readonly log: Log
  readonly clock: Clock
  readonly run: RunIdentity
  /** Aborted on SIGINT and SIGTERM. GitHub's runner kills 7.5 s after the first and 2.5 s after the second. */
  readonly signal: AbortSignal
  /** The trimmed value of an input; '' when absent. */
  input(name: string): string
  /** Keeps a secret, and each of its lines, out of everything printed from now on. */
  mask(secret: string): void
  /** Replaces every masked secret in the text by `***`. */
  scrub(text: string): string
  output(name: string, value: string): void
  /** Adds GitHub-flavoured Markdown to the job summary. Never throws: a summary must not fail a backup. */
  summary(markdown: string): Promise<void>
  /** Carries a value from the main step to the post step of the same action. At most 64 KiB each. */
  saveState(name: string, value: string): void
  /** What the main step saved; '' when nothing was. */
  state(name: string): string
}

/**
 * The log as its reader sees it. Whatever is passed in is scrubbed of secrets and cannot act as a workflow command:
 * control characters are made visible, `::` at a line's start and `##[` anywhere are defused.
 */
export interface Log {
  info(line: string): void
  /** Shown only when the workflow runs with debug logging. */
  debug(line: string): void
  /** Annotations. GitHub shows ten of a kind per step, so callers gather before they call. */
  notice(message: string, title?: string): void
  warning(message: string, title?: string): void
  error(message: string, title?: string): void
  /** Folds the lines printed while `work` runs under a heading, and prints how long it took. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
}

export interface Clock {
  now(): Date
  /** Milliseconds that only go forward, for durations. */
  monotonicMs(): number
}

/** Which run this is. Empty strings outside GitHub. */
export interface RunIdentity {
  repository: string
  id: string
  attempt: string
  event: string
  url: string
}
