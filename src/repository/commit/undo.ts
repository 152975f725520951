import { type Finding, warning } from '../../findings/finding'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import type { Artifact, Manifest } from '../manifest/manifest'
import { writeManifest } from '../manifest/write-manifest'
import { slotKeys } from '../names/keys'
import { abortUploadOf } from './abort-upload'
import { findArtifact } from './complete-artifact'
import { markLost } from './lost'
import { removeStale } from './stale-objects'

/** The manifest's object as it was before the intent: its text, and what it said (null: no recovery point). */
export interface Before {
  text: string | undefined
  manifest: Manifest | null
}

/**
 * - `undone`: the slot is what it was before, and the uploads are aborted.
 * - `impossible`: the slot's objects are not those of before (any more). The intent stands.
 * - `settled`: someone else has carried out or undone the intent meanwhile.
 */
export type Undoing = { outcome: 'undone' | 'impossible' | 'settled'; warnings: Finding[] }

/**
 * Takes an intent back, if every object of the recovery point before it is proven to be in place, or, where there was none, no
 * object of the intent is. Throws `StoreError` when the store gives no answer; the intent stands then.
 *
 * A completion whose reply was lost may still take place, so the proof is made again after the aborts: from then on nobody
 * can complete anything. The first upload is aborted alone: if just that one landed, the others can still follow it.
 */
export async function undo(
  store: Store,
  prefix: string,
  intent: Manifest,
  intentText: string,
  before: Before,
): Promise<Undoing> {
  const key = slotKeys(prefix, intent.slot).manifest
  const warnings: Finding[] = []
  for (const batch of [intent.artifacts.slice(0, 1), intent.artifacts.slice(1)]) {
    if (!(await isAsBefore(store, intent, before))) return { outcome: 'impossible', warnings }
    for (const artifact of batch) warnings.push(...(await abortUploadOf(store, artifact)))
  }
  if (!(await isAsBefore(store, intent, before))) return { outcome: 'impossible', warnings }
  if ((await store.getText(key)) !== intentText) return { outcome: 'settled', warnings }

  // While the intent still stands: whoever has to finish this undoing finds them again.
  const orphans: string[] = []
  for (const artifact of beside(intent, before)) {
    if ((await findArtifact(store, intent, artifact)) !== undefined) orphans.push(artifact.key)
  }
  warnings.push(...(await removeStale(store, prefix, intent.slot, orphans)))
  warnings.push(...(await putBack(store, prefix, intent, before.text)))
  return { outcome: 'undone', warnings }
}

async function isAsBefore(store: Store, intent: Manifest, { manifest }: Before): Promise<boolean> {
  if (manifest === null) {
    for (const artifact of intent.artifacts) {
      if ((await findArtifact(store, intent, artifact)) !== undefined) return false
    }
    return true
  }
  for (const artifact of manifest.artifacts) {
    if (!(await isInPlace(store, artifact))) return false
  }
  return true
}

async function isInPlace(store: Store, { key, bytes, etag }: Artifact): Promise<boolean> {
  try {
    const stored = await store.head(key)
    return stored !== undefined && stored.sizeBytes === bytes && stored.etag === etag
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}

async function putBack(
  store: Store,
  prefix: string,
  intent: Manifest,
  text: string | undefined,
): Promise<Finding[]> {
  const key = slotKeys(prefix, intent.slot).manifest
  if (text !== undefined) {
    const outcome = await writeManifest(store, key, text)
    if (outcome.written !== 'yes') throw outcome.error
    return []
  }
  try {
    await store.remove(key)
    return []
  } catch (error) {
    if (!isDenied(error)) throw error
    const outcome = await markLost(
      store,
      prefix,
      intent,
      'Nothing was stored here: the run that began this recovery point failed.',
    )
    if (outcome.written !== 'yes') throw outcome.error
    return [
      warning('intent-kept', `The credentials may not remove "${key}". It stays, marked as not restorable.`),
    ]
  }
}

/** The artifacts whose objects lie beside those of before, not over them. */
function beside(intent: Manifest, { manifest }: Before): Artifact[] {
  const taken = new Set(manifest?.artifacts.map(artifact => artifact.key))
  return manifest === null ? [] : intent.artifacts.filter(artifact => !taken.has(artifact.key))
}
