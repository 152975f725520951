import { ActionError, CancelledError, isAbort } from '../runtime/errors'

/**
 * The single errors in something thrown, in the order of a report: those made for a person, surprises, mere echoes of
 * an abort. A `SuppressedError` (a clean-up that failed after a failure) is the failure and then the clean-up.
 */
export function unfoldErrors(thrown: unknown): unknown[] {
  const leaves: unknown[] = []
  collect(thrown, leaves, new Set())
  return leaves.sort((a, b) => rank(a) - rank(b))
}

/** The error and what caused it, in that order; a cause with several errors continues with the first to report. */
export function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let link: unknown = error; link !== undefined && link !== null && !chain.includes(link); ) {
    chain.push(link)
    const next: unknown = link instanceof Error ? link.cause : undefined
    link = next === undefined ? undefined : unfoldErrors(next)[0]
  }
  return chain
}

/** Whether an error only says that the run was cancelled. */
export function isCancellation(error: unknown): boolean {
  return causesOf(error).some(link => link instanceof CancelledError) || isAbort(error)
}

function collect(thrown: unknown, leaves: unknown[], seen: Set<unknown>): void {
  if (seen.has(thrown)) return
  seen.add(thrown)
  const parts = partsOf(thrown)
  if (parts.length === 0) leaves.push(thrown)
  for (const part of parts) collect(part, leaves, seen)
}

// A folded error with a message meant for a person keeps it; its parts are then its causes.
function partsOf(thrown: unknown): unknown[] {
  if (thrown instanceof ActionError) return []
  if (thrown instanceof AggregateError) return thrown.errors
  if (thrown instanceof Error && thrown.name === 'SuppressedError' && 'suppressed' in thrown && 'error' in thrown) {
    return [thrown.suppressed, thrown.error]
  }
  return []
}

function rank(error: unknown): number {
  if (isCancellation(error)) return 2
  return error instanceof ActionError ? 0 : 1
}
