import { titleOf } from './text/title-of'

/** What an error says in addition to its message. */
export interface ErrorFacts {
  /** The cause as a short phrase, with the name and the value. By default what the message begins with. */
  title?: string
  /** What to do next, in whole sentences. Text to copy is on lines of its own. */
  advice?: string | undefined
  /** What is still safe, in whole sentences, where it differs from the command's default. */
  safe?: string
  /** Lines for the log only: stderr of a tool, ids to look up. Already free of secrets. */
  detail?: readonly string[]
  /** Several errors found at once, each with its own advice; the message has them all. */
  faults?: readonly ActionError[]
  cause?: unknown
}

/** The base of every error that this action throws on purpose. */
export abstract class ActionError extends Error {
  /** The cause: `database "shopp" does not exist`. The title of the annotation and of the summary end with it. */
  readonly title: string
  readonly advice: string | undefined
  readonly safe: string | undefined
  readonly detail: readonly string[]
  readonly faults: readonly ActionError[]

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.title = facts.title ?? titleOf(message)
    this.advice = facts.advice
    this.safe = facts.safe
    this.detail = facts.detail ?? []
    this.faults = facts.faults ?? []
  }
}

/** The user can fix it: an input, a right, a missing tool. The message names it, `advice` says how. */
export class UserError extends ActionError {}

/** Something broke: a server, a connection, a store, a tool. */
export class FailureError extends ActionError {}

/** The run was cancelled (SIGINT or SIGTERM from the runner). */
export class CancelledError extends ActionError {
  constructor() {
    super('The run was cancelled.')
  }
}

/** A single error as it is, and several as one; undefined without any. */
export function asOne(faults: readonly ActionError[]): ActionError | undefined {
  const [first, second] = faults
  if (first === undefined || second === undefined) return first
  const all = faults.map(({ message }, index) => `(${index + 1}) ${message}`).join(' ')
  const title = `${first.title}, and ${faults.length - 1} more`
  return new UserError(`${faults.length} things are wrong: ${all}`, { title, faults })
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether this is how Node reports what an `AbortSignal` ended. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
