import type { FailureFacts } from '../commands/run-facts'
import { describeFailure, failureAnnotation } from '../report/failure'
import { onAbort } from '../runtime/abortable'
import { CancelledError } from '../runtime/errors'
import type { Runtime } from '../runtime/runtime'
import { watchFaults } from './process-faults'

/** What an action knows about its failures. */
export interface ActionFacts {
  /** What fails when it fails, as titles have it: `Backup`. */
  name: string
  /** What is still safe when this action fails, in whole sentences. An error's own `safe` takes precedence. */
  safe: string
  /** The job summary of a failed run, as Markdown. */
  summarize?: (failure: FailureFacts) => string
  /** Reports a failure to others, once everything else is reported. Never rejects. */
  alarm?: (failure: FailureFacts) => Promise<void>
}

/** How an action ended. */
export interface ActionEnd {
  isGood: boolean
  /** False: the work goes on somewhere, and nobody waits for it. */
  isSettled: boolean
}

/**
 * Runs an action. The only place that turns an error into the run's result: one annotation, details in the log. Good only
 * after `work` has resolved. A cancelled run gets the time of `runtime.graceMs` to clean up.
 */
export async function runAction(runtime: Runtime, work: () => Promise<void>, facts: ActionFacts): Promise<ActionEnd> {
  // Whatever else ends the process, it was no success.
  process.exitCode = 1
  const faults = watchFaults(process, faultGraceMs)
  let isSettled = false
  try {
    const settled = startWork(work).finally(() => {
      isSettled = true
    })
    await Promise.race([settled, faults.lasting, overdue(runtime)])
    const seen = await faults.seen()
    if (seen.length > 0) throw seen[0]
    return { isGood: true, isSettled }
  } catch (error) {
    await reportFailure(runtime, gather(error, await faults.seen()), facts)
    return { isGood: false, isSettled }
  }
}

/** Ends the process with status 0 or 1, soon if it does not end by itself. Flushes standard output first. */
export function endProcess({ isGood, isSettled }: ActionEnd): void {
  process.exitCode = isGood ? 0 : 1
  const timer = setTimeout(() => process.stdout.write('', () => process.exit()), isSettled ? lingerMs : 0)
  // If only the timer is left, the process may end at once.
  timer.unref()
}

const faultGraceMs = 2_000
const lingerMs = 1_000

async function startWork(work: () => Promise<void>): Promise<void> {
  return work()
}

/** Rejects when a cancelled run has used up its time for clean-up. */
function overdue({ signal, log, graceMs }: Runtime): Promise<never> {
  return new Promise((_, reject) => {
    onAbort(signal, () => {
      log.info('The run was cancelled. Cleaning up.')
      setTimeout(() => reject(new CancelledError()), graceMs).unref()
    })
  })
}

function gather(error: unknown, faults: readonly unknown[]): unknown {
  const all = new Set([error, ...faults])
  return all.size === 1 ? error : new AggregateError(all)
}

async function reportFailure(runtime: Runtime, error: unknown, facts: ActionFacts): Promise<void> {
  const failure = describeFailure(error, {
    safe: facts.safe,
    isCancelled: runtime.signal.aborted,
    scrub: runtime.scrub,
  })
  const { title, message } = failureAnnotation(failure, facts.name)
  await runtime.log.group('Details of the failure', async () => {
    for (const line of failure.detail) runtime.log.info(line)
  })
  runtime.log.error(message, title)
  if (facts.summarize !== undefined) await runtime.summary(facts.summarize(failure))
  if (failure.kind !== 'cancelled') await facts.alarm?.(failure)
}
