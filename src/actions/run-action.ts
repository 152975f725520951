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
}

/**
 * Runs an action. The only place that turns an error into the run's result: one annotation, details in the log, status
 * 1. Status 0 only after `work` has resolved. A cancelled run gets 8 s to clean up: the runner kills it after 10.
 */
export async function runAction(runtime: Runtime, work: () => Promise<void>, facts: ActionFacts): Promise<void> {
  process.exitCode = 1
  const faults = watchFaults(process, faultGraceMs)
  let isWorkSettled = false
  try {
    const settled = startWork(work).finally(() => {
      isWorkSettled = true
    })
    await Promise.race([settled, faults.lasting, overdue(runtime)])
    const seen = await faults.seen()
    if (seen.length > 0) throw seen[0]
    process.exitCode = 0
  } catch (error) {
    await reportFailure(runtime, gather(error, await faults.seen()), facts)
  } finally {
    endProcess(isWorkSettled ? lingerMs : 0)
  }
}

const faultGraceMs = 2_000
const cleanUpMs = 8_000
const lingerMs = 1_000

async function startWork(work: () => Promise<void>): Promise<void> {
  return work()
}

/** Rejects when a cancelled run has used up its time for clean-up. */
function overdue({ signal, log }: Runtime): Promise<never> {
  return new Promise((_, reject) => {
    onAbort(signal, () => {
      log.info('The run was cancelled. Cleaning up.')
      setTimeout(() => reject(new CancelledError()), cleanUpMs).unref()
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
}

/** Ends the process if it does not end by itself. Flushes standard output first and keeps the exit status. */
function endProcess(afterMs: number): void {
  const timer = setTimeout(() => process.stdout.write('', () => process.exit()), afterMs)
  // If only the timer is left, the process may end at once.
  timer.unref()
}
