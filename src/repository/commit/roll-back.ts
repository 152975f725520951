import { type Finding, warning } from '../../findings/finding'
import { hourMs } from '../../runtime/times'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import { abortUploadOf } from '../artifact/abort-upload'
import { findObject } from '../artifact/complete-object'
import { keysOf, newObjectsOf, ownObjectsOf } from '../artifact/objects'
import { isSameObject } from '../artifact/reader'
import type { ArtifactObject, Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { isUnchanged, writeManifest, writeSignature } from '../manifest/write-manifest'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { verifyText } from '../signatures/ssh-signature'
import { markLost } from './lost'
import { removeStale } from './stale-objects'

/** The manifest's object before the intent: its text, what it said (null: no recovery point), and its signature. */
export interface Before {
  text: string | undefined
  manifest: Manifest | null
  signature?: string
}

/**
 * - `rolled-back`: the slot is what it was before, and the uploads are aborted.
 * - `impossible`: the slot's objects are not those of before (any more). The intent stays.
 * - `recovered`: someone else has finished the intent or rolled it back in the meantime.
 */
export type Rollback = { outcome: 'rolled-back' | 'impossible' | 'recovered'; warnings: Finding[] }

/**
 * Rolls an intent back, at this moment, if every object of the recovery point before it is proven to be in place or, where there was
 * none, if no object of the intent is. Throws `StoreError` when the store gives no answer; the intent stays then.
 *
 * A completion whose reply was lost may still take place, so the proof is made again after the aborts, when nothing can
 * be completed any more. A base that was completed is in nobody's way: none of a living slot had its name. The first upload is aborted alone: if it was completed, the rest can be.
 */
export async function rollBack(
  repository: Repository,
  intent: Manifest,
  intentText: string,
  { now, ...before }: Before & { now: Date },
): Promise<Rollback> {
  const { store } = repository
  const warnings: Finding[] = []
  const [first] = ownObjectsOf(intent)
  const others = newObjectsOf(intent).filter(object => object !== first)
  for (const batch of [first === undefined ? [] : [first], others]) {
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
  warnings.push(...(await putBack(repository, intent, before, now)))
  return { outcome: 'rolled-back', warnings }
}

async function isAsBefore(store: Store, intent: Manifest, { manifest }: Before): Promise<boolean> {
  if (manifest === null) {
    for (const object of ownObjectsOf(intent)) {
      if ((await findObject(store, intent, object)) !== undefined) return false
    }
    return true
  }
  for (const object of ownObjectsOf(manifest)) {
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

async function putBack(repository: Repository, intent: Manifest, before: Before, now: Date): Promise<Finding[]> {
  const key = slotKeys(repository.prefix, intent.slot).manifest
  if (before.text !== undefined) {
    const text = isOwn(repository, before.text, before.signature) ? writtenAt(before, now) : before.text
    if (text !== before.text) await writeSignature(repository, key, text)
    const outcome = await writeManifest(repository, intent.slot, text)
    if (outcome.written !== 'yes') throw outcome.error
    return []
  }
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

/** Whether this run's key has signed it. What others have signed is put back as it was. */
function isOwn({ signer }: Repository, text: string, armored: string | undefined): boolean {
  if (signer === undefined || armored === undefined) return false
  const signature = verifyText(text, armored)
  return signature.kind === 'valid' && signature.signer.fingerprint === signer.publicKey.fingerprint
}

/** With the time of this moment, unless its own is near: one that is stored much later than it says does not count. */
function writtenAt({ manifest, text = '' }: Before, now: Date): string {
  const isNear = now.getTime() - Date.parse(manifest?.finishedAt ?? '') < hourMs / 2
  return manifest === null || isNear ? text : serializeManifest({ ...manifest, finishedAt: now.toISOString() })
}

/** The objects of the intent that replace none of before. */
function additional(intent: Manifest, { manifest }: Before): ArtifactObject[] {
  if (manifest === null) return []
  const taken = new Set(keysOf(manifest))
  return ownObjectsOf(intent).filter(({ key }) => !taken.has(key))
}
