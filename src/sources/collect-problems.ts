import { type Finding, problem } from '../findings/finding'
import { ActionError, messageOf } from '../runtime/errors'

/** For a look that goes on after each thing that fails. */
export function collectProblems(signal: AbortSignal) {
  const findings: Finding[] = []
  return {
    findings,
    /**
     * What came of it; undefined when it failed, which is a finding then. Throws the signal's reason, and faults of
     * this program.
     */
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

/** An error as a finding. Throws what was not made for a person: a fault of this program. */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof ActionError)) throw error
  const fix = error.advice ?? 'Look into the log for what the server said, and run the workflow again.'
  return problem('not-examined', messageOf(error), fix)
}
