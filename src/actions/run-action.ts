import type { FailureFacts } from '../commands/run-facts'
import { describeFailure, failureAnnotation } from '../report/failure'
import { onAbort } from '../runtime/abortable'
import { CancelledError } from '../runtime/errors'
import type { Runtime } from '../runtime/runtime'
import { watchFaults } from './process-faults'

/** What the entry of an action knows about its failures. */
export interface ActionFacts {
  /** What is still safe whenever this action fails, in whole sentences. An error's own `safe` goes before it. */
  safe: string
  /** The job summary of a run that did not end well. */
  summarize?: (failure: FailureFacts) => string
}

/**
 * Runs an action and holds the only catch of the program: whatever is thrown becomes one error annotation, details in the
 * log, and exit status 1. The status is 0 only after `work` has resolved. The process ends soon after, even when a socket
 * lingers. A cancelled run gets 8 s to clean up (the runner kills 10 s after SIGINT), then ends with its annotation.
 */
export async function runAction(
  runtime: Runtime,
  work: () => Promise<void>,
  facts: ActionFacts,
): Promise<void> {
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

/** Rejects when a cancelled run has used up its time to clean up. */
function overdue({ signal, log }: Runtime): Promise<never> {
  return new Promise((_, reject) => {
    onAbort(signal, () => {
      log.info('The run was told to stop. Cleaning up.')
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
  const { title, message } = failureAnnotation(failure)
  await runtime.log.group('Details of the failure', async () => {
    for (const line of failure.detail) runtime.log.info(line)
  })
  runtime.log.error(message, title)
  if (facts.summarize !== undefined) await runtime.summary(facts.summarize(failure))
}

/**
 * Ends the process when it does not end by itself. What was written to standard output goes out first; the exit status
 * is the one that stands.
 */
function endProcess(afterMs: number): void {
  const timer = setTimeout(() => process.stdout.write('', () => process.exit()), afterMs)
  // With the timer alone left the process may end at once.
  timer.unref()
}
