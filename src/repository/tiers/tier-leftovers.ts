import type { Finding } from '../../findings/finding'
import type { Store } from '../../store/store'
import { removeObjects, staleKept } from '../commit/stale-objects'
import type { TierFolder } from './tier-folder'

/**
 * Removes what killed runs left in a tier: data objects of an entry that has no manifest, or whose manifest does not
 * name them, and proofs and signatures without a manifest. A data object goes only if its metadata says that it was copied for that
 * very entry: what a person put there stays. `named`: the objects of each entry whose manifest was read; entries whose
 * manifest was not read are left alone.
 */
export async function removeTierLeftovers(
  store: Store,
  folder: TierFolder,
  named: ReadonlyMap<string, readonly string[]>,
): Promise<Finding[]> {
  const warnings: Finding[] = []
  for (const { key, parsed } of folder.objects) {
    const hasManifest = folder.names.includes(parsed.slot) || named.has(parsed.slot)
    const isLeft =
      parsed.what === 'artifact'
        ? (!hasManifest || named.has(parsed.slot)) && !named.get(parsed.slot)?.includes(key)
        : parsed.what !== 'manifest' && !hasManifest
    if (!isLeft) continue
    try {
      if (parsed.what === 'artifact' && !(await isCopyFor(store, key, parsed.slot))) continue
    } catch (error) {
      warnings.push(staleKept(key, error))
      continue
    }
    warnings.push(...(await removeObjects(store, [key])))
  }
  return warnings
}

async function isCopyFor(store: Store, key: string, name: string): Promise<boolean> {
  const stored = await store.head(key)
  return stored?.metadata['make-a-backup-slot'] === name
}
