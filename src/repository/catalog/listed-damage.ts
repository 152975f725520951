import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import type { Artifact, Manifest } from '../manifest/manifest'
import { isArtifactKeyOf } from '../names/keys'
import { lookAtArtifact, missingObject, otherSize } from './look-at-artifact'

/**
 * What a listing tells against a recovery point, in whole sentences; undefined when it tells nothing. `listed`: sizes by key. What does
 * not agree is looked at once more: a backup may have written the slot since. Keys that may read no more than manifests are shown
 * nothing then but a listing, and what that tells stands. That an object has another ETag is not judged here: copies of a bucket have
 * others. Throws `StoreError` when the store gives no answer.
 */
export async function listedDamage(
  store: Store,
  prefix: string,
  manifest: Manifest,
  listed: ReadonlyMap<string, number>,
): Promise<string | undefined> {
  if (manifest.artifacts.length === 0) return 'Its manifest names not one object.'
  for (const artifact of manifest.artifacts) {
    const { key, bytes } = artifact
    if (listed.get(key) === bytes && isArtifactKeyOf(prefix, manifest.slot, key)) continue
    const { findings } = await lookAtArtifact(store, { prefix, manifest, artifact })
    const damage = findings.find(({ code }) => code === 'missing' || code === 'size' || code === 'foreign')
    if (damage !== undefined) return damage.what
    if (!findings.some(({ code }) => code === 'denied')) continue
    const problem = unlike(store, artifact, await sizeNow(store, key, listed))
    if (problem !== undefined) return problem
  }
  return undefined
}

/** By a listing of this one key. A policy may allow those of folders alone: then what was listed before is all that is known. */
async function sizeNow(
  store: Store,
  key: string,
  listed: ReadonlyMap<string, number>,
): Promise<number | undefined> {
  try {
    for await (const object of store.list(key)) if (object.key === key) return object.sizeBytes
    return undefined
  } catch (error) {
    if (!isDenied(error)) throw error
    return listed.get(key)
  }
}

function unlike(store: Store, artifact: Artifact, sizeBytes: number | undefined): string | undefined {
  if (sizeBytes === undefined) return missingObject(store, artifact).what
  return sizeBytes === artifact.bytes ? undefined : otherSize(artifact, sizeBytes).what
}
