import type { FailureFacts } from '../commands/run-facts'
import { ActionError, messageOf, UserError } from '../runtime/errors'
import { causesOf, isCancellation, unfoldErrors } from './unfold-errors'

/** The facts about a run that `describeFailure` needs. */
export interface FailureContext {
  /** What is still safe, unless the error says so itself. */
  safe: string
  /** Whether the run was cancelled. */
  isCancelled: boolean
  scrub(text: string): string
}

/** Turns anything that was thrown into facts for the user. */
export function describeFailure(thrown: unknown, context: FailureContext): FailureFacts {
  const errors = unfoldErrors(thrown)
  const main = errors[0]
  const kind = kindOf(main, context.isCancelled)
  const known = errors.flatMap(causesOf).filter(error => error instanceof ActionError)
  const facts = {
    kind,
    what: whatFailed(kind, errors),
    safe: known.find(error => error.safe !== undefined)?.safe ?? context.safe,
    advice: known.find(error => error.advice !== undefined)?.advice ?? usualAdvice[kind],
  }
  return {
    kind,
    what: context.scrub(facts.what),
    safe: context.scrub(facts.safe),
    advice: context.scrub(facts.advice),
    detail: errors.flatMap(detailOf).map(context.scrub),
  }
}

/** The annotation of a failed run. GitHub cuts annotations at 4,096 characters; this stays below 3,600. */
export function failureAnnotation(failure: FailureFacts): { title: string; message: string } {
  const message = [
    cut(failure.what, 1_800),
    `Still safe: ${cut(failure.safe, 700)}`,
    `What to do: ${cut(failure.advice, 1_000)}`,
  ].join('\n')
  return { title: titles[failure.kind], message }
}

const titles: Readonly<Record<FailureFacts['kind'], string>> = {
  user: 'Configuration error',
  failure: 'The run failed',
  cancelled: 'The run was cancelled',
  bug: 'An error in make-a-backup itself',
}

const usualAdvice: Readonly<Record<FailureFacts['kind'], string>> = {
  user: 'Fix what the message names and run the workflow again.',
  failure: 'Run the workflow again. If it fails in the same way, the log of this step has the details.',
  cancelled:
    'Nothing, if this was intended. Otherwise run the workflow again, with a longer "timeout-minutes" if that ended it.',
  bug: 'Please report this with the log of this step, which has the stack. Running the workflow again does no harm.',
}

function kindOf(main: unknown, isCancelled: boolean): FailureFacts['kind'] {
  if (isCancelled || isCancellation(main)) return 'cancelled'
  if (main instanceof UserError) return 'user'
  return main instanceof ActionError ? 'failure' : 'bug'
}

function whatFailed(kind: FailureFacts['kind'], errors: readonly unknown[]): string {
  const messages = [...new Set(errors.filter(error => !isCancellation(error)).map(sentence))]
  const [first, ...others] = messages
  if (kind === 'cancelled')
    return ['The run was cancelled.', ...messages.map(message => `While stopping: ${message}`)].join(' ')
  const headline = kind === 'bug' ? `Something unexpected happened: ${first ?? ''}` : (first ?? '')
  return [headline, ...others.map(message => `Also: ${message}`)].join(' ')
}

function sentence(error: unknown): string {
  const message = messageOf(error).trim()
  if (message === '') return `${error instanceof Error ? error.name : 'An error'} without a message.`
  return /[.!?…)]$/.test(message) ? message : `${message}.`
}

// A stack helps only with a fault of the program, not with errors made for the user or reported by the system.
function detailOf(error: unknown): string[] {
  return causesOf(error).flatMap((link, depth) => {
    const lead = depth === 0 ? '' : 'Caused by: '
    if (link instanceof ActionError) return [`${lead}${link.message}`, ...link.detail.map(line => `  ${line}`)]
    if (!(link instanceof Error) || isCancellation(link)) return [`${lead}${messageOf(link)}`]
    const isExplained = depth > 0 && error instanceof ActionError && !isProgramFault(link)
    return `${lead}${isExplained ? `${link.name}: ${link.message}` : (link.stack ?? link.message)}`.split('\n')
  })
}

function isProgramFault(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some(kind => error instanceof kind)
}

function cut(text: string, limit: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim()
  return line.length <= limit ? line : `${line.slice(0, limit - 1).toWellFormed()}…`
}
