/** What an error says in addition to its message. */
export interface ErrorFacts {
  /** What to do next, in whole sentences. */
  advice?: string | undefined
  /** What is still safe, in whole sentences, where it differs from the command's default. */
  safe?: string
  /** Lines for the log only: stderr of a tool, ids to look up. Already free of secrets. */
  detail?: readonly string[]
  cause?: unknown
}

/** The base of every error that this action throws on purpose. */
export abstract class ActionError extends Error {
  readonly advice: string | undefined
  readonly safe: string | undefined
  readonly detail: readonly string[]

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.advice = facts.advice
    this.safe = facts.safe
    this.detail = facts.detail ?? []
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

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
