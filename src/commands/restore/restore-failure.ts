import { ActionError, FailureError, messageOf, UserError } from '../../runtime/errors'
import type { RestoreContext, RestoringPart } from '../../sources/restore-part'
import type { RollbackOutcome } from '../../sources/rollback-log'

/** A restore that failed. */
export interface FailedRestore {
  context: Pick<RestoreContext, 'runtime' | 'signal' | 'reconnect' | 'rollback'>
  parts: readonly Omit<RestoringPart, 'along'>[]
  /** Records for the post step that nothing is left to do. */
  markClean(): void
  /** It failed while it read and checked: only what was not there before may have been begun. */
  isReading?: boolean
}

/** A cancelled run is killed 10 s after its first signal and still has to report; the post step rolls back the rest. */
const hurryMs = 3_500

/**
 * Rolls back a failed restore as far as possible and returns the error: what failed, the state of everything, and what
 * to do where something is left. A cancelled run rolls back only what is quick.
 */
export async function restoreFailure(error: unknown, failed: FailedRestore): Promise<unknown> {
  const isCancelled = failed.context.runtime.signal.aborted
  const outcome = await rollBack(failed, isCancelled)
  if (outcome.left.length === 0 && failed.parts.every(({ isSettled }) => isSettled)) failed.markClean()
  const facts = {
    // A cancelled run shows what was going on, and not its cause.
    ...(isCancelled ? {} : { cause: error }),
    safe: stateInWords(outcome, failed),
    ...adviceFor(error, outcome),
    detail: [
      ...(error instanceof ActionError ? error.detail : []),
      ...outcome.left.flatMap(({ what, commands }) => [what, ...commands.map(command => `  ${command}`)]),
    ],
  }
  if (isCancelled) return new FailureError(stoppedWhere(failed), facts)
  // A fault of the program is the cause, with its stack.
  if (!(error instanceof ActionError)) return new FailureError(messageOf(error), facts)
  const { title, faults } = error
  return error instanceof UserError
    ? new UserError(error.message, { ...facts, title, faults })
    : new FailureError(error.message, { ...facts, title, faults })
}

async function rollBack({ context }: FailedRestore, isCancelled: boolean): Promise<RollbackOutcome> {
  const { runtime, signal, rollback } = context
  if (rollback.isEmpty) return { undone: [], left: [] }
  if (!isCancelled && signal.aborted) {
    runtime.log.info('The connection to the server broke. Connecting again to roll back.')
    await context.reconnect().catch(error => runtime.log.info(messageOf(error)))
  }
  const going = rollback.rollBack({ inHurry: isCancelled, log: runtime.log })
  if (!isCancelled) return going
  const late = new Promise<RollbackOutcome>(resolve =>
    setTimeout(
      () =>
        resolve({
          undone: [],
          left: [{ what: 'The post step of this action rolls back what was begun.', commands: [] }],
        }),
      hurryMs,
    ).unref(),
  )
  return Promise.race([going, late])
}

function stateInWords({ undone, left }: RollbackOutcome, { parts, isReading = false }: FailedRestore): string {
  const isAsBefore = isReading && left.length === 0
  return [
    ...(isAsBefore ? ['Nothing on the server was changed that was there before.'] : []),
    ...undone.map(text => `${text}.`),
    ...left.map(({ what }) => what),
    ...(isAsBefore ? [] : parts.toReversed().flatMap(part => part.untouched())),
    'Every recovery point in the bucket is as it was.',
  ].join(' ')
}

function adviceFor(error: unknown, { left }: RollbackOutcome): { advice?: string } {
  const own = error instanceof ActionError ? error.advice : undefined
  if (left.length === 0) return own === undefined ? {} : { advice: own }
  const commands = left.map(each => each.commands).filter(each => each.length > 0)
  const [first] = commands
  const more = commands.length > 1 ? ' (for the others see the log)' : ''
  const byHand = first === undefined ? '' : `Restore it on the server${more}: ${first.join(' && ')}`
  return {
    advice: [own ?? 'Fix what is incomplete, then run the restore again.', byHand]
      .filter(text => text !== '')
      .join(' '),
  }
}

function stoppedWhere({ parts }: FailedRestore): string {
  const [first] = parts.flatMap(part => part.progress() ?? [])
  return first ?? 'Nothing that is in use had been changed yet.'
}
