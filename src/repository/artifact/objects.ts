import type { Artifact, ArtifactObject, ChainObject, Manifest } from '../manifest/manifest'
import type { ObjectOrigin } from '../manifest/object-metadata'
import { baseSlot } from '../names/base-name'
import { isArtifactKeyOf, isChainKeyOf, parseBaseKey } from '../names/keys'

type Held = Pick<Manifest, 'artifacts'>

/** Every data object that a recovery point needs: what it builds on, then its own. */
export function objectsOf(manifest: Held): (ArtifactObject | ChainObject)[] {
  return [...manifest.artifacts.flatMap(({ chain = [] }) => chain), ...manifest.artifacts]
}

/** Those of its own slot, which the next recovery point there replaces. */
export function ownObjectsOf({ artifacts }: Held): ArtifactObject[] {
  return [...artifacts]
}

/** What a commit completes, one by one, in this order: new bases first, so that nothing builds on what is not there. */
export function newObjectsOf(manifest: Held): ArtifactObject[] {
  return objectsOf(manifest).filter(object => !isBase(object) || object.upload !== undefined)
}

/** The keys of `ownObjectsOf`. */
export function keysOf(manifest: Held): string[] {
  return ownObjectsOf(manifest).map(({ key }) => key)
}

/** Whether a recovery point of the slot may name this object: of a base one of the places of bases, else its own. */
export function isObjectOf(prefix: string, slot: string, object: ArtifactObject | ChainObject): boolean {
  return (isBase(object) ? isChainKeyOf : isArtifactKeyOf)(prefix, slot, object.key)
}

function isBase(object: ArtifactObject | ChainObject): object is ChainObject {
  return 'level' in object
}

/** The artifacts without what completes them. `change`: what is known now of each of `objectsOf`. */
export function withoutUploads(
  { artifacts }: Held,
  change: (object: ArtifactObject) => Partial<Pick<ArtifactObject, 'key' | 'etag' | 'versionId'>>,
): Artifact[] {
  return artifacts.map(whole => {
    const { upload: _, chain, ...artifact } = whole
    const without = ({ upload: __, ...object }: ChainObject, known: ChainObject) => ({ ...object, ...change(known) })
    return {
      ...artifact,
      ...(chain === undefined ? {} : { chain: chain.map(object => without(object, object)) }),
      ...change(whole),
    }
  })
}

/** What the metadata of an object of this recovery point says: of a base, that of the run which made it. */
export function originOf(
  { slot, run, startedAt, prefix }: Pick<Manifest, 'slot' | 'run' | 'startedAt' | 'prefix'>,
  object: ArtifactObject | ChainObject,
): ObjectOrigin {
  const base = isBase(object) ? parseBaseKey(prefix, object.key) : undefined
  if (!isBase(object) || base === undefined) return { slot, run, startedAt }
  return { slot: baseSlot(base.base), run: object.takenAt === startedAt ? run : unknownRun, startedAt: object.takenAt }
}

/** That of a base is not in the manifests of those that build on it. */
const unknownRun = { repository: '', id: '', attempt: '', event: '', url: '' }

/** What was sent as an object; without an upload when nothing is left to complete. */
export type SentObject = Pick<ArtifactObject, 'key' | 'bytes' | 'sha256' | 'upload'>

/** An object whose every part is stored, and which no reader can see before a commit completes it. */
export type PreparedObject = Required<SentObject>
