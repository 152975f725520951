import { type Finding, warning } from '../../findings/finding'
import { messageOf } from '../../runtime/errors'
import type { Store } from '../../store/store'
import { StoreError } from '../../store/store-error'
import { isArtifactKeyOf } from '../names/keys'
import type { Repository } from '../repository'

/** Removes objects of a slot that no manifest names any more. Other keys stay; a refusal is a warning. */
export function removeStale({ store, prefix }: Repository, slot: string, keys: readonly string[]): Promise<Finding[]> {
  const own = keys.filter(key => isArtifactKeyOf(prefix, slot, key))
  return removeObjects(store, own)
}

/** Removes objects that no manifest names any more. A refusal is a warning. */
export async function removeObjects(store: Store, keys: readonly string[]): Promise<Finding[]> {
  const warnings: Finding[] = []
  for (const key of keys) {
    try {
      await store.remove(key)
    } catch (error) {
      warnings.push(staleKept(key, error))
    }
  }
  return warnings
}

/** The warning of an object that could not be removed. Throws what is not an error of the store. */
export function staleKept(key: string, error: unknown): Finding {
  if (!(error instanceof StoreError)) throw error
  const message = `"${key}" belongs to no recovery point any more and could not be removed: ${messageOf(error)}`
  return warning('stale-object-kept', message)
}
