import { type Finding, problem } from '../findings/finding'
import { ActionError, messageOf } from '../runtime/errors'

/** For checks that go on after a failure. */
export function collectProblems(signal: AbortSignal) {
  const findings: Finding[] = []
  return {
    findings,
    /** The result; undefined when it failed, with a finding. Throws faults of this program and the signal's reason. */
    orFinding: async <T>(work: Promise<T>): Promise<T | undefined> => {
      try {
        return await work
      } catch (error) {
        signal.throwIfAborted()
        findings.push(findingOf(error))
        return undefined
      }
    },
  }
}

/** An error as a finding. Throws faults of this program. */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof ActionError)) throw error
  const fix = error.advice ?? 'Check the log for the messages of the server, and run the workflow again.'
  return problem('not-examined', messageOf(error), fix)
}
