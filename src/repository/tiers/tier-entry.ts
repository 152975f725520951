import type { Finding } from '../../findings/finding'
import { FailureError } from '../../runtime/errors'
import type { Clock } from '../../runtime/runtime'
import type { Store } from '../../store/store'
import { objectsOf, withoutUploads } from '../artifact/objects'
import { isSameObject } from '../artifact/reader'
import { removeObjects } from '../commit/stale-objects'
import type { ArtifactObject, Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { objectMetadata } from '../manifest/object-metadata'
import { isUnchanged, writeManifest, writeSignature } from '../manifest/write-manifest'
import { chainKeyInSlot, keyInSlot, slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import type { ReadTierEntry } from './tier-folder'

/**
 * Makes an entry of a tier from a recovery point: its objects, and those that it builds on, are copied within the store and compared, then the
 * signature and the manifest are written, and that is read back. It is the manifest of the recovery point, but for the
 * slot, the keys, the ETags, the versions, and the time at which it is written. `inTheWay`: keys of a broken entry's
 * manifest, proof and signatures, removed first, so that they never describe the new objects.
 *
 * `origin` must be what this run has made itself: it is signed anew here.
 *
 * Throws `FailureError` when the entry was not made: it has no manifest then, or this one and no proof.
 */
export async function makeTierEntry(
  repository: Repository,
  origin: Manifest,
  name: string,
  { inTheWay, clock }: { inTheWay: readonly string[]; clock: Pick<Clock, 'now'> },
): Promise<Manifest> {
  const { store, prefix } = repository
  for (const key of inTheWay) await store.remove(key)
  const { run, startedAt } = origin
  const metadata = objectMetadata({ slot: name, run, startedAt })
  const copies = new Map<ArtifactObject, ArtifactObject>()
  for (const object of objectsOf(origin)) {
    const key =
      'level' in object ? chainKeyInSlot(prefix, object.key, name, object.level) : keyInSlot(prefix, object.key, name)
    copies.set(object, await copyObject(store, object, key, metadata))
  }
  for (const copy of copies.values()) await assertStored(store, copy)

  const artifacts = withoutUploads(origin, object => placeOf(copies.get(object)))
  const manifest: Manifest = { ...origin, slot: name, prefix, finishedAt: clock.now().toISOString(), artifacts }
  const text = serializeManifest(manifest)
  await writeSignature(repository, slotKeys(prefix, name).manifest, text)
  const outcome = await writeManifest(repository, name, text)
  if (outcome.written !== 'yes') throw outcome.error
  if (await isUnchanged(repository, name, text)) return manifest
  throw new FailureError(
    `The manifest "${slotKeys(prefix, name).manifest}" was written and reads back as something else.`,
  )
}

/** Removes an entry, its manifest first. Throws `StoreError` when that fails; other refusals are warnings. */
export async function removeTierEntry(
  { store, prefix }: Repository,
  { name, keys, signatures }: ReadTierEntry,
): Promise<Finding[]> {
  const { manifest, proof } = slotKeys(prefix, name)
  await store.remove(manifest)
  return removeObjects(store, [...signatures, proof, ...keys])
}

async function copyObject(
  store: Store,
  object: ArtifactObject,
  key: string,
  metadata: Readonly<Record<string, string>>,
): Promise<ArtifactObject> {
  const source = { key: object.key, sizeBytes: object.bytes, etag: object.etag }
  const { etag, versionId } = await store.copy(source, key, {
    contentType: 'application/octet-stream',
    metadata,
  })
  return { ...object, key, etag, versionId }
}

function placeOf(copy: ArtifactObject | undefined) {
  if (copy === undefined) throw new RangeError('An object was not copied.')
  const { key, etag, versionId } = copy
  return { key, etag, versionId }
}

/** All copies in parallel, right before the manifest names them. */
async function assertStored(store: Store, object: ArtifactObject): Promise<void> {
  const { key, bytes, etag } = object
  const stored = await store.head(key)
  if (isSameObject(stored, object)) return
  const seen = stored === undefined ? 'nothing' : `${stored.sizeBytes} bytes with ETag ${stored.etag}`
  throw new FailureError(
    `${store.name} does not hold what was copied to "${key}": ${bytes} bytes with ETag ${etag} were, it shows ${seen}.`,
  )
}
