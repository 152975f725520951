import type { Finding } from '../../findings/finding'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import { isObjectOf, objectsOf } from '../artifact/objects'
import type { ArtifactObject } from '../manifest/manifest'
import type { RecoveryPoint } from '../repository'
import { lookAtArtifact, missingObject, type ObjectFault, otherSize } from './look-at-artifact'

/**
 * What a listing shows to be damaged in a recovery point, in whole sentences, or `stale`; undefined when nothing is.
 * `objects`: sizes by key. What differs is looked at once more: a backup may have written the slot since. Where the credentials
 * may read manifests alone, a second listing decides. Another ETag is no damage here: the objects of a copied bucket
 * have others. Throws `StoreError` when the store gives no answer.
 */
export async function listedDamage(
  point: RecoveryPoint,
  { objects: listed, etags }: { objects: ReadonlyMap<string, number>; etags: ReadonlyMap<string, string> },
): Promise<Pick<Finding, 'code' | 'what'> | undefined> {
  const { repository, manifest } = point
  const { store, prefix } = repository
  const objects = objectsOf(manifest)
  if (objects.length === 0) return damage('Its manifest names no objects.')
  for (const object of objects) {
    const { key, bytes } = object
    // A base that was overwritten may have the size of the one before.
    const isThere = listed.get(key) === bytes && !('level' in object && etags.get(key) !== object.etag)
    if (isThere && isObjectOf(prefix, manifest.slot, object)) continue
    const { findings } = await lookAtArtifact(point, object)
    const found = findings.find(({ code }) => decisive.has(code))
    if (found !== undefined) return found
    if (!findings.some(({ code }) => code === 'denied')) continue
    const problem = unlike(store, object, await sizeNow(store, key, listed))
    if (problem !== undefined) return damage(problem)
  }
  return undefined
}

const decisive = new Set<string>(['missing', 'size', 'foreign', 'stale'] satisfies ObjectFault[])

function damage(what: string): Pick<Finding, 'code' | 'what'> {
  return { code: 'damaged', what }
}

/** By a listing of this key. A policy may allow listings of folders alone: then the first listing counts. */
async function sizeNow(store: Store, key: string, listed: ReadonlyMap<string, number>): Promise<number | undefined> {
  try {
    for await (const object of store.list(key)) if (object.key === key) return object.sizeBytes
    return undefined
  } catch (error) {
    if (!isDenied(error)) throw error
    return listed.get(key)
  }
}

function unlike(store: Store, object: ArtifactObject, sizeBytes: number | undefined): string | undefined {
  if (sizeBytes === undefined) return missingObject(store, object).what
  return sizeBytes === object.bytes ? undefined : otherSize(object, sizeBytes).what
}
