import { type Finding, warning } from '../../findings/finding'
import { messageOf } from '../../runtime/errors'
import { StoreError } from '../../store/store-error'
import { isArtifactKeyOf } from '../names/keys'
import type { Repository } from '../repository'

/** Removes objects of a slot that no manifest names any more. Other keys stay; a refusal is a warning. */
export async function removeStale(
  { store, prefix }: Repository,
  slot: string,
  keys: readonly string[],
): Promise<Finding[]> {
  const warnings: Finding[] = []
  for (const key of keys) {
    if (!isArtifactKeyOf(prefix, slot, key)) continue
    try {
      await store.remove(key)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      const message = `"${key}" belongs to no recovery point any more and could not be removed: ${messageOf(error)}`
      warnings.push(warning('stale-object-kept', message))
    }
  }
  return warnings
}
