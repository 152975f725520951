import { type Finding, problem } from '../../findings/finding'
import { refusalFinding } from '../../repository/catalog/look-at-artifact'
import { ActionError } from '../../runtime/errors'
import { isReplacedFault, StoreError } from '../../store/store-error'

/**
 * What a step of a restore threw, as a finding about the recovery point: `changed` when a backup wrote it anew
 * meanwhile. Throws what says nothing about it: the reason of the signal, a store that gave no answer, a mistake in the
 * program.
 */
export function asFinding(code: string, key: string, error: unknown, signal: AbortSignal): Finding {
  signal.throwIfAborted()
  if (isReplacedFault(error)) return refusalFinding('changed', key, error)
  if (!(error instanceof ActionError) || error instanceof StoreError) throw error
  return { ...problem(code, error.message, error.advice), key }
}
