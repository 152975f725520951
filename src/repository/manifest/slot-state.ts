import { quotedName } from '../../findings/quoted-name'
import { isDenied } from '../../store/store-error'
import { isObjectOf, newObjectsOf, objectsOf } from '../artifact/objects'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import type { Manifest } from './manifest'
import { ManifestError, parseManifest } from './manifest-codec'

/**
 * What a slot has, by its manifest.
 *
 * - `empty`: no manifest, no recovery point.
 * - `complete`: a recovery point.
 * - `intent`: a commit that was begun and not finished; `recover.ts` finishes it or rolls it back.
 * - `lost`: an intent that could be neither finished nor rolled back, see `lost.ts`. Not restorable, free to
 *   be overwritten.
 * - `unreadable`: something else is under the manifest's key.
 * - `denied`: the credentials may not read it. S3 says so of a missing object, too, if it may not be listed.
 */
export type SlotState =
  | { kind: 'empty' }
  | { kind: 'complete'; manifest: Manifest; text: string }
  | { kind: 'intent' | 'lost'; manifest: Manifest; text: string }
  | { kind: 'unreadable'; text: string; error: ManifestError }
  | { kind: 'denied' }

/** Reads a slot's manifest. Throws `StoreError` when the store gives no answer, and for more than `bytesMax`. */
export async function readSlot(repository: Repository, slot: string, bytesMax?: number): Promise<SlotState> {
  const { store, prefix } = repository
  const key = slotKeys(prefix, slot).manifest
  let text: string | undefined
  try {
    text = await store.getText(key, bytesMax)
  } catch (error) {
    if (isDenied(error)) return { kind: 'denied' }
    throw error
  }
  if (text === undefined) return { kind: 'empty' }
  try {
    const manifest = parseManifest(text, key)
    assertBelongs(manifest, prefix, slot, key)
    if (manifest.state === 'complete') return { kind: 'complete', manifest, text }
    return { kind: kindOf(manifest), manifest, text }
  } catch (error) {
    if (error instanceof ManifestError) return { kind: 'unreadable', text, error }
    throw error
  }
}

function kindOf(manifest: Manifest): 'intent' | 'lost' {
  return newObjectsOf(manifest).some(({ upload }) => upload !== undefined) ? 'intent' : 'lost'
}

/** Recovery acts on an intent, so one that names objects of another slot is refused. */
function assertBelongs(manifest: Manifest, prefix: string, slot: string, key: string): void {
  if (manifest.slot !== slot) {
    throw new ManifestError(`The manifest "${key}" is that of another slot, "${manifest.slot}".`)
  }
  if (manifest.prefix !== prefix) {
    throw new ManifestError(`The manifest "${key}" is that of another folder, ${quotedName(manifest.prefix)}.`)
  }
  if (manifest.state === 'complete') return
  const stranger = objectsOf(manifest).find(object => !isObjectOf(prefix, slot, object))
  if (stranger !== undefined) {
    throw new ManifestError(`The manifest "${key}" names "${stranger.key}", which is not an object of its slot.`)
  }
}
