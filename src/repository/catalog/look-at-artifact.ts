import { type Finding, problem } from '../../findings/finding'
import { quotedName } from '../../findings/quoted-name'
import type { Store, StoredObject } from '../../store/store'
import { isArchivedFault, isDenied, type StoreError } from '../../store/store-error'
import { isObjectOf, originOf } from '../artifact/objects'
import type { ArtifactObject, Manifest } from '../manifest/manifest'
import { objectMetadata } from '../manifest/object-metadata'
import { parseBaseKey } from '../names/keys'
import type { RecoveryPoint } from '../repository'

/**
 * The codes of the faults of a stored object.
 *
 * - `missing`: there is no object under the key.
 * - `size`: it has another size than the manifest says.
 * - `stale`: a later archive has been written over one that it builds on.
 * - `foreign`: the key, or the object's metadata, is that of another recovery point.
 * - `archived`: it is in an archive (a cold storage class) and cannot be read.
 * - `checksum`: its bytes are not those that were stored.
 * - `damaged`: its bytes do not pass the checks.
 * - `content`: its bytes are those that were stored, and the manifest says something else about what is in
 *   them.
 * - `changed`: it is another object than the one the manifest describes, or became another while it was read.
 * - `denied`: the credentials may not read it.
 */
export type ObjectFault =
  | 'missing'
  | 'stale'
  | 'size'
  | 'foreign'
  | 'archived'
  | 'checksum'
  | 'damaged'
  | 'content'
  | 'changed'
  | 'denied'

/** What HEAD shows. `stored`: undefined when it is not there, or was not requested. */
export interface ArtifactLook {
  stored: StoredObject | undefined
  findings: Finding[]
}

/**
 * Compares what the store says about an object, without reading it, with its manifest. `changed` here means another
 * ETag: the same bytes stored a second time may have one. Throws `StoreError`.
 */
export async function lookAtArtifact(point: RecoveryPoint, artifact: ArtifactObject): Promise<ArtifactLook> {
  const { manifest } = point
  const { store, prefix } = point.repository
  const { key } = artifact
  // A manifest must not be able to make a run read objects of others.
  if (!isObjectOf(prefix, manifest.slot, artifact)) {
    const message = `The manifest of ${quotedName(manifest.slot)} names ${quotedName(key)}, which is not an object of its slot.`
    return { stored: undefined, findings: [{ ...problem('foreign', message), key }] }
  }
  try {
    const stored = await store.head(key)
    if (stored === undefined) {
      return { stored, findings: [missingObject(store, artifact)] }
    }
    return {
      stored,
      findings: overwritten(manifest, artifact, stored) ?? [
        ...(await archived(store, artifact, stored)),
        ...compare(manifest, artifact, stored),
      ],
    }
  } catch (error) {
    if (!isDenied(error)) throw error
    return { stored: undefined, findings: [refusalFinding('denied', key, error)] }
  }
}

/** That there is no object under an artifact's key. */
export function missingObject(store: Store, artifact: ArtifactObject): Finding {
  return objectProblem(artifact, 'missing', `"${artifact.key}" is missing: there is no such object in ${store.name}.`)
}

/** That the object has another size than its manifest says. */
export function otherSize(artifact: ArtifactObject, sizeBytes: number): Finding {
  const { key, bytes } = artifact
  const cut = sizeBytes < bytes ? 'is cut off or another object' : 'is another object'
  const what = `"${key}" ${cut}: ${bytes} bytes were stored, ${sizeBytes} are there.`
  return objectProblem(artifact, 'size', what)
}

/** The store's refusal as a finding. */
export function refusalFinding(code: ObjectFault, key: string, { message, advice }: StoreError): Finding {
  return { ...problem(code, message, advice), key }
}

/** That an object is another one; with versions in the bucket the right one is still behind it. */
export function objectProblem({ key, versionId }: ArtifactObject, code: ObjectFault, what: string): Finding {
  const fix =
    versionId === null
      ? undefined
      : `The bucket keeps versions: what was stored is the version ${versionId} of "${key}".`
  return { ...problem(code, what, fix), key }
}

/** Only a read shows it: storage classes have the same names at stores where they mean something else. */
async function archived(store: Store, { key }: ArtifactObject, { isArchived }: StoredObject): Promise<Finding[]> {
  if (!isArchived) return []
  try {
    const body = await store.get(key)
    body?.destroy()
    return []
  } catch (error) {
    if (!isArchivedFault(error)) throw error
    return [refusalFinding('archived', key, error)]
  }
}

function compare(manifest: Manifest, artifact: ArtifactObject, stored: StoredObject): Finding[] {
  const { key, bytes, etag } = artifact
  const findings: Finding[] = []
  if (stored.sizeBytes !== bytes) {
    findings.push(otherSize(artifact, stored.sizeBytes))
  }
  const stranger = otherOrigin(manifest, artifact, stored)
  if (stranger !== undefined) {
    findings.push(objectProblem(artifact, 'foreign', `"${key}" ${stranger}`))
  }
  // With another size, or of another recovery point, another ETag is to be expected.
  if (etag !== '' && stored.etag !== etag && stored.sizeBytes === bytes && stranger === undefined) {
    const what = `"${key}" was stored again or replaced: its ETag was ${quotedName(etag)} and is ${quotedName(stored.etag)}.`
    findings.push(objectProblem(artifact, 'changed', what))
  }
  return findings
}

/** Names of bases come round: by then every slot that builds on the old one should have been written again. */
function overwritten(manifest: Manifest, object: ArtifactObject, { metadata }: StoredObject): Finding[] | undefined {
  const base = 'level' in object ? parseBaseKey(manifest.prefix, object.key) : undefined
  if (base === undefined) return undefined
  const { slot, startedAt } = originOf(manifest, object)
  const later = metadata['make-a-backup-taken-at'] ?? ''
  if (metadata['make-a-backup-slot'] !== slot || !(Date.parse(later) > Date.parse(startedAt))) return undefined
  const what = `Slot ${quotedName(manifest.slot)} is stale: it builds on "${object.key}" of ${startedAt}, and that of ${quotedName(later)} is there now. Its turn was skipped when it should have been written again.`
  return [objectProblem(object, 'stale', what)]
}

/** What contradicts the manifest in the metadata, if anything does. A copy by hand may have none. */
function otherOrigin(manifest: Manifest, object: ArtifactObject, { metadata }: StoredObject): string | undefined {
  const { slot, startedAt, run } = originOf(manifest, object)
  const { 'make-a-backup-run': runName, ...expected } = objectMetadata({ slot, run, startedAt })
  const differs = (name: string, value: string | undefined) => metadata[name] !== undefined && metadata[name] !== value
  const isOther =
    Object.entries(expected).some(([name, value]) => differs(name, value)) ||
    // Outside GitHub a run has a name by chance, which the manifest does not repeat.
    (run.id !== '' && differs('make-a-backup-run', runName))
  if (!isOther) return undefined
  const shown = (name: string) => quotedName(metadata[`make-a-backup-${name}`] ?? '')
  const ours = run.id === '' ? '' : `, run ${quotedName(runName ?? '')}`
  return `is that of slot ${shown('slot')} taken at ${shown('taken-at')}, run ${shown('run')}; its manifest says slot "${slot}" taken at "${startedAt}"${ours}.`
}
