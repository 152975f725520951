import type { Finding } from '../../findings/finding'
import { FailureError } from '../../runtime/errors'
import type { Store } from '../../store/store'
import type { Artifact, Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { objectMetadata } from '../manifest/object-metadata'
import { writeManifest } from '../manifest/write-manifest'
import { artifactKey, slotKeys } from '../names/keys'
import type { ReadTierEntry } from './tier-folder'
import { removeTierObjects } from './tier-leftovers'

/**
 * Makes an entry of a tier from a recovery point: its objects are copied within the store and compared, then the manifest is
 * written and read back. It is the manifest of the recovery point, but for the slot, the keys, the ETags and the versions.
 * `inTheWay`: keys of a broken entry's manifest and proof, removed first, so that they never speak of the new objects.
 *
 * Throws `FailureError` when the entry was not made: then it has no manifest, or it has this one and only the proof is missing.
 */
export async function makeTierEntry(
  store: Store,
  prefix: string,
  origin: Manifest,
  name: string,
  inTheWay: readonly string[],
): Promise<Manifest> {
  for (const key of inTheWay) await store.remove(key)
  const { run, startedAt } = origin
  const metadata = objectMetadata({ slot: name, run, startedAt })
  const artifacts: Artifact[] = []
  for (const artifact of origin.artifacts) {
    artifacts.push(await copyArtifact(store, prefix, artifact, name, metadata))
  }
  for (const artifact of artifacts) await assertStored(store, artifact)

  const manifest: Manifest = { ...origin, slot: name, artifacts }
  const { manifest: key } = slotKeys(prefix, name)
  const text = serializeManifest(manifest)
  const outcome = await writeManifest(store, key, text)
  if (outcome.written !== 'yes') throw outcome.error
  if ((await store.getText(key)) !== text)
    throw new FailureError(`The manifest "${key}" was written and reads back as something else.`)
  return manifest
}

/**
 * Removes an entry: its manifest first, for without it there is no recovery point; then its proof and its objects. Throws
 * `StoreError` when the manifest is not removed; of the rest a refusal is a warning.
 */
export async function removeTierEntry(
  store: Store,
  prefix: string,
  { name, keys }: ReadTierEntry,
): Promise<Finding[]> {
  const { manifest, proof } = slotKeys(prefix, name)
  await store.remove(manifest)
  return removeTierObjects(store, [proof, ...keys])
}

async function copyArtifact(
  store: Store,
  prefix: string,
  artifact: Artifact,
  slot: string,
  metadata: Readonly<Record<string, string>>,
): Promise<Artifact> {
  const { name, kind, compression, bytes } = artifact
  const key = artifactKey(prefix, slot, name, kind, compression)
  const source = { key: artifact.key, sizeBytes: bytes, etag: artifact.etag }
  const { etag, versionId } = await store.copy(source, key, {
    contentType: 'application/octet-stream',
    metadata,
  })
  return { ...artifact, key, etag, versionId }
}

/** All copies side by side, right before the manifest says so. */
async function assertStored(store: Store, { key, bytes, etag }: Artifact): Promise<void> {
  const stored = await store.head(key)
  if (stored?.sizeBytes === bytes && stored.etag === etag) return
  const seen = stored === undefined ? 'nothing' : `${stored.sizeBytes} bytes with ETag ${stored.etag}`
  throw new FailureError(
    `${store.name} does not hold what was copied to "${key}": ${bytes} bytes with ETag ${etag} were, it shows ${seen}.`,
  )
}
