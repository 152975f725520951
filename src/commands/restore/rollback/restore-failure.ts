import { ActionError, FailureError, messageOf, UserError } from '../../../runtime/errors'
import type { DatabaseState } from '../restore-state'
import type { RestoreWork } from '../restore-work'
import type { RollbackOutcome } from './rollback-log'

/** What is left of a restore that failed. */
export type FailedWork = Pick<RestoreWork, 'runtime' | 'signal' | 'reconnect' | 'back' | 'state' | 'save'> & {
  verdict: Pick<RestoreWork['verdict'], 'databases' | 'folders'>
  report: Pick<RestoreWork['report'], 'safetyKeys'>
}

/** A cancelled run is killed 10 s after its first signal, and still has to tell; what is not undone by then is the post step's. */
const hurryMs = 3_500

/**
 * Undoes what a failed restore has done, as far as that can be done, and returns the error that says so: what failed, in what state every
 * database and folder is, and what a person does where something is left. A cancelled run undoes only what is quick.
 */
export async function restoreFailure(error: unknown, work: FailedWork): Promise<unknown> {
  const { runtime, state } = work
  const isCancelled = runtime.signal.aborted
  const outcome = await undo(work, isCancelled)
  if (outcome.left.length === 0 && state.swaps.length === 0) {
    state.stage = 'clean'
    work.save()
  }
  const facts = {
    // What was cancelled is told as what was going on, and not as its cause.
    ...(isCancelled ? {} : { cause: error }),
    safe: stateInWords(outcome, work),
    ...adviceFor(error, outcome),
    detail: [
      ...(error instanceof ActionError ? error.detail : []),
      ...outcome.left.flatMap(({ what, commands }) => [what, ...commands.map(command => `  ${command}`)]),
    ],
  }
  if (isCancelled) return new FailureError(stoppedWhere(work), facts)
  return error instanceof UserError
    ? new UserError(error.message, facts)
    : error instanceof ActionError
      ? new FailureError(error.message, facts)
      : // A fault of the program keeps its own shape, and with it its stack.
        Object.assign(new FailureError(messageOf(error), facts), { cause: error })
}

async function undo(work: FailedWork, isCancelled: boolean): Promise<RollbackOutcome> {
  const { runtime } = work
  if (work.back.isEmpty) return { undone: [], left: [] }
  if (!isCancelled && work.signal.aborted) {
    runtime.log.info('The connection to the server broke. Connecting again to undo what was begun.')
    await work.reconnect().catch(error => runtime.log.info(messageOf(error)))
  }
  const going = work.back.rollBack({ inHurry: isCancelled, log: runtime.log })
  if (!isCancelled) return going
  const late = new Promise<RollbackOutcome>(resolve =>
    setTimeout(
      () =>
        resolve({
          undone: [],
          left: [{ what: 'What was begun is undone by the post step of this action.', commands: [] }],
        }),
      hurryMs,
    ).unref(),
  )
  return Promise.race([going, late])
}

function stateInWords({ undone, left }: RollbackOutcome, work: FailedWork): string {
  const isLiveTouched =
    work.state.databases.some(({ phase }) => phase !== 'intact') || work.state.swaps.length > 0
  const parts = undone.filter(text => text !== '').map(text => `${text}.`)
  if (left.length > 0) parts.push(...left.map(({ what }) => what))
  if (work.state.swaps.length > 0) {
    const places = work.state.swaps.map(
      ({ place, kept }) => `${place} (the old one, if it was moved, is ${kept})`,
    )
    parts.push(
      `Folders are as they were, unless the connection broke in the very moment of their swap: ${places.join(', ')}.`,
    )
  } else if (work.verdict.folders.length > 0) parts.push('Every folder that is in use is as it was.')
  if (!isLiveTouched && work.verdict.databases.length > 0) parts.push('No database was touched.')
  if (work.report.safetyKeys.length > 0)
    parts.push(`Dumps of what the databases were: ${work.report.safetyKeys.join(', ')}.`)
  parts.push('Every recovery point in the bucket is as it was.')
  return parts.join(' ')
}

function adviceFor(error: unknown, { left }: RollbackOutcome): { advice?: string } {
  const own = error instanceof ActionError ? error.advice : undefined
  if (left.length === 0) return own === undefined ? {} : { advice: own }
  const commands = left.map(each => each.commands).filter(each => each.length > 0)
  const [first] = commands
  const more = commands.length > 1 ? ' (for the others see the log)' : ''
  const putBack = first === undefined ? '' : `Put it back on the server${more}: ${first.join(' && ')}`
  return {
    advice: [own ?? 'Put right what is incomplete, then run the restore again.', putBack]
      .filter(text => text !== '')
      .join(' '),
  }
}

function stoppedWhere({ state }: FailedWork): string {
  const named = (wanted: DatabaseState['phase']) =>
    state.databases
      .filter(({ phase }) => phase === wanted)
      .map(({ target }) => JSON.stringify(target))
      .join(', ')
  const writing = named('writing')
  if (writing !== '') return `The import into the database ${writing} had begun.`
  const done = named('done')
  return done === ''
    ? 'Nothing that is in use had been changed yet.'
    : `The database ${done} had been restored already.`
}
