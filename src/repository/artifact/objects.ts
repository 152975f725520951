import type { Artifact, ArtifactObject, Manifest } from '../manifest/manifest'

/** Every data object that a manifest names: what a commit completes, one by one, in this order. */
export function objectsOf({ artifacts }: Pick<Manifest, 'artifacts'>): ArtifactObject[] {
  return [...artifacts]
}

/** Their keys. */
export function keysOf(manifest: Pick<Manifest, 'artifacts'>): string[] {
  return objectsOf(manifest).map(({ key }) => key)
}

/** The artifacts without what completes them. `change`: what is known now of each object, in their order. */
export function withoutUploads(
  { artifacts }: Pick<Manifest, 'artifacts'>,
  change: (index: number) => Partial<Pick<ArtifactObject, 'key' | 'etag' | 'versionId'>>,
): Artifact[] {
  return artifacts.map(({ upload: _, ...artifact }, index) => ({ ...artifact, ...change(index) }))
}

/** What was sent as an object; without an upload when nothing is left to complete. */
export type SentObject = Pick<ArtifactObject, 'key' | 'bytes' | 'sha256' | 'upload'>

/** An object whose every part is stored, and which no reader can see before a commit completes it. */
export type PreparedObject = Required<SentObject>
