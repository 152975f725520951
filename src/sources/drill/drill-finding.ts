import { type Finding, problem } from '../../findings/finding'
import { refusalFinding } from '../../repository/catalog/look-at-artifact'
import { ActionError } from '../../runtime/errors'
import { isReplacedFault, StoreError } from '../../store/store-error'

/** Concerns only the drill, not the stored bytes: they were read and found right before it began. */
interface DrillOnlyFinding extends Finding {
  isDrillOnly: true
}

export function drillOnly(finding: Finding): DrillOnlyFinding {
  return { ...finding, isDrillOnly: true }
}

export function isDrillOnly(finding: Finding): boolean {
  return 'isDrillOnly' in finding
}

/**
 * What a step of a restore threw, as a finding about the recovery point; `changed` when a backup replaced it meanwhile.
 * Throws what says nothing about it: the signal's reason, a store that does not answer, a fault of this program.
 */
export function asFinding(code: string, key: string, error: unknown, signal: AbortSignal): Finding {
  signal.throwIfAborted()
  if (isReplacedFault(error)) return refusalFinding('changed', key, error)
  if (!(error instanceof ActionError) || error instanceof StoreError) throw error
  return { ...problem(code, error.message, error.advice), key }
}
