import { type Finding, warning } from '../../findings/finding'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import { abortUploadOf } from '../artifact/abort-upload'
import { findObject } from '../artifact/complete-object'
import { keysOf, objectsOf } from '../artifact/objects'
import { isSameObject } from '../artifact/reader'
import type { ArtifactObject, Manifest } from '../manifest/manifest'
import { isUnchanged, writeManifest } from '../manifest/write-manifest'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { markLost } from './lost'
import { removeStale } from './stale-objects'

/** The manifest's object before the intent: its text, and what it said (null: no recovery point). */
export interface Before {
  text: string | undefined
  manifest: Manifest | null
}

/**
 * - `rolled-back`: the slot is what it was before, and the uploads are aborted.
 * - `impossible`: the slot's objects are not those of before (any more). The intent stands.
 * - `recovered`: someone else has finished the intent or rolled it back in the meantime.
 */
export type Rollback = { outcome: 'rolled-back' | 'impossible' | 'recovered'; warnings: Finding[] }

/**
 * Rolls an intent back if every object of the recovery point before it is proven to be in place or, where there was
 * none, if no object of the intent is. Throws `StoreError` when the store gives no answer; the intent stands then.
 *
 * A completion whose reply was lost may still take place, so the proof is made again after the aborts, when nothing can
 * be completed any more. The first upload is aborted alone: if it was completed, the rest can be.
 */
export async function rollBack(
  repository: Repository,
  intent: Manifest,
  intentText: string,
  before: Before,
): Promise<Rollback> {
  const { store } = repository
  const warnings: Finding[] = []
  const objects = objectsOf(intent)
  for (const batch of [objects.slice(0, 1), objects.slice(1)]) {
    if (!(await isAsBefore(store, intent, before))) return { outcome: 'impossible', warnings }
    for (const object of batch) warnings.push(...(await abortUploadOf(store, object)))
  }
  if (!(await isAsBefore(store, intent, before))) return { outcome: 'impossible', warnings }
  if (!(await isUnchanged(repository, intent.slot, intentText))) return { outcome: 'recovered', warnings }

  // Before the manifest is put back: a run that has to finish this rollback finds them again.
  const orphans: string[] = []
  for (const object of additional(intent, before)) {
    if ((await findObject(store, intent, object)) !== undefined) orphans.push(object.key)
  }
  warnings.push(...(await removeStale(repository, intent.slot, orphans)))
  warnings.push(...(await putBack(repository, intent, before.text)))
  return { outcome: 'rolled-back', warnings }
}

async function isAsBefore(store: Store, intent: Manifest, { manifest }: Before): Promise<boolean> {
  if (manifest === null) {
    for (const object of objectsOf(intent)) {
      if ((await findObject(store, intent, object)) !== undefined) return false
    }
    return true
  }
  for (const object of objectsOf(manifest)) {
    if (!(await isInPlace(store, object))) return false
  }
  return true
}

async function isInPlace(store: Store, object: ArtifactObject): Promise<boolean> {
  try {
    return isSameObject(await store.head(object.key), object)
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}

async function putBack(repository: Repository, intent: Manifest, text: string | undefined): Promise<Finding[]> {
  if (text !== undefined) {
    const outcome = await writeManifest(repository, intent.slot, text)
    if (outcome.written !== 'yes') throw outcome.error
    return []
  }
  const key = slotKeys(repository.prefix, intent.slot).manifest
  try {
    await repository.store.remove(key)
    return []
  } catch (error) {
    if (!isDenied(error)) throw error
    const outcome = await markLost(
      repository,
      intent,
      'Nothing was stored here: the run that began this recovery point failed.',
    )
    if (outcome.written !== 'yes') throw outcome.error
    return [warning('intent-kept', `The credentials may not remove "${key}". It stays, marked as not restorable.`)]
  }
}

/** The objects of the intent that replace none of before. */
function additional(intent: Manifest, { manifest }: Before): ArtifactObject[] {
  if (manifest === null) return []
  const taken = new Set(keysOf(manifest))
  return objectsOf(intent).filter(({ key }) => !taken.has(key))
}
