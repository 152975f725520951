import type { FailureFacts, ReportedFault } from '../commands/run-facts'
import { sentenceOf } from '../findings/finding'
import { defined } from '../runtime/defined'
import { ActionError, messageOf, UserError } from '../runtime/errors'
import { titleOf } from '../runtime/text/title-of'
import { scrubFailure } from './scrub'
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
  const kind = kindOf(errors[0], context.isCancelled)
  const chains = errors.flatMap(causesOf).filter(error => error instanceof ActionError)
  const single = singleFaults(errors)
  const hasSeveral = single.length > 1 && kind !== 'cancelled'
  const facts = {
    kind,
    title: titleOfFailure(kind, single),
    what: hasSeveral ? `${single.length} things ${kind === 'user' ? 'are' : 'went'} wrong.` : whatFailed(kind, single),
    faults: hasSeveral ? single.map(reportedFault) : [],
    safe: chains.find(error => error.safe !== undefined)?.safe ?? context.safe,
    advice: (hasSeveral ? adviceForSeveral(errors, single) : firstAdvice(chains)) ?? usualAdvice[kind],
    detail: errors.flatMap(detailOf),
  }
  return scrubFailure(facts, context.scrub)
}

/**
 * The annotation of a failed run, `what` of which failed: `Backup`. GitHub cuts annotations at 4,096 characters; this
 * stays below 3,600.
 */
export function failureAnnotation(failure: FailureFacts, what: string): { title: string; message: string } {
  const message = [
    cut(failure.what, 1_800),
    ...fittingFaults(failure.faults),
    `Still safe: ${cut(failure.safe, 700)}`,
    `What to do: ${cut(failure.advice, 1_000)}`,
  ].join('\n')
  return { title: failureTitle(failure, what), message }
}

/** `Backup failed: database "shopp" does not exist`: of the annotation, and of the job summary. */
export function failureTitle({ kind, title }: Pick<FailureFacts, 'kind' | 'title'>, what: string): string {
  return kind === 'cancelled' ? `${what} cancelled` : cut(`${what} failed: ${title}`, 240)
}

/** The single things that failed, as they were reported, without echoes of an abort and repetitions. */
function singleFaults(errors: readonly unknown[]): unknown[] {
  const all = errors
    .filter(error => !isCancellation(error))
    .flatMap<unknown>(error => (isSeveral(error) ? error.faults : [error]))
  return [...new Map(all.map(error => [sentence(error), error])).values()]
}

function isSeveral(error: unknown): error is ActionError {
  return error instanceof ActionError && error.faults.length > 0
}

function titleOfFailure(kind: FailureFacts['kind'], [first, ...others]: readonly unknown[]): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  if (first instanceof ActionError) return `${first.title}${more}`
  return kind === 'cancelled'
    ? 'the run was cancelled'
    : `an error in make-a-backup itself: ${titleOf(sentence(first))}${more}`
}

function reportedFault(error: unknown): ReportedFault {
  return { what: sentence(error), ...defined({ fix: firstAdvice(causesOf(error)) }) }
}

function firstAdvice(errors: readonly unknown[]): string | undefined {
  return errors.map(error => (error instanceof ActionError ? error.advice : undefined)).find(Boolean)
}

/** What is to be done beside the fix of each. */
function adviceForSeveral(errors: readonly unknown[], faults: readonly unknown[]): string | undefined {
  const isFixable = faults.some(fault => reportedFault(fault).fix !== undefined)
  const own = firstAdvice(errors.filter(isSeveral))
  return own ?? (isFixable ? 'Fix each of them, as its line says, then run the workflow again.' : undefined)
}

/** One line each, as many as fit. */
function fittingFaults(faults: readonly ReportedFault[]): string[] {
  const lines = faults.map((fault, index) => `${index + 1}. ${cut(sentenceOf(fault), 900)}`)
  const shown = Math.max(1, lines.filter((_, index) => lines.slice(0, index + 1).join('\n').length <= 1_500).length)
  if (shown >= lines.length) return lines
  return [...lines.slice(0, shown), `… and ${lines.length - shown} more: the log lists them all.`]
}

const usualAdvice: Readonly<Record<FailureFacts['kind'], string>> = {
  user: 'Fix what the message names and run the workflow again.',
  failure: 'The log of this step has the details. If the cause has passed by itself, run the workflow again.',
  cancelled:
    'Nothing, if this was intended. Otherwise run the workflow again, with a longer "timeout-minutes" if that ended it.',
  bug: 'Please report this with the log of this step, which has the stack. Running the workflow again does no harm.',
}

function kindOf(main: unknown, isCancelled: boolean): FailureFacts['kind'] {
  if (isCancelled || isCancellation(main)) return 'cancelled'
  if (main instanceof UserError) return 'user'
  return main instanceof ActionError ? 'failure' : 'bug'
}

function whatFailed(kind: FailureFacts['kind'], faults: readonly unknown[]): string {
  const messages = faults.map(sentence)
  if (kind === 'cancelled')
    return ['The run was cancelled.', ...messages.map(message => `While stopping: ${message}`)].join(' ')
  return `${kind === 'bug' ? 'Something unexpected happened: ' : ''}${messages[0] ?? ''}`
}

function sentence(error: unknown): string {
  const message = messageOf(error).trim()
  if (message === '') return `${error instanceof Error ? error.name : 'An error'} without a message.`
  return /[.!?…)]$/.test(message) ? message : `${message}.`
}

// A stack helps only with a fault of the program, not with errors made for the user or reported by the system.
function detailOf(error: unknown): string[] {
  if (isSeveral(error)) return error.faults.flatMap(numberedDetail)
  return causesOf(error).flatMap((link, depth) => {
    const lead = depth === 0 ? '' : 'Caused by: '
    if (link instanceof ActionError) return [`${lead}${link.message}`, ...link.detail.map(line => `  ${line}`)]
    if (!(link instanceof Error) || isCancellation(link)) return [`${lead}${messageOf(link)}`]
    const isExplained = depth > 0 && error instanceof ActionError && !isProgramFault(link)
    return `${lead}${isExplained ? `${link.name}: ${link.message}` : (link.stack ?? link.message)}`.split('\n')
  })
}

function numberedDetail(fault: ActionError, index: number): string[] {
  const { what, fix } = reportedFault(fault)
  return [`${index + 1}. ${sentenceOf({ what, ...defined({ fix }) })}`, ...fault.detail.map(line => `   ${line}`)]
}

function isProgramFault(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some(kind => error instanceof kind)
}

function cut(text: string, limit: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim()
  return line.length <= limit ? line : `${line.slice(0, limit - 1).toWellFormed()}…`
}
