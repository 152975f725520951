import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import { UserError } from '../../runtime/errors'
import { type RestoreSettings, sourceOf, sources } from '../../sources/registry'
import type { RestorePart } from '../../sources/restore-part'

/** Which artifacts to restore, and to which targets: a part for each source, maybe an empty one. Throws UserError. */
export function chooseParts(settings: RestoreSettings, manifest: Manifest): RestorePart[] {
  const contents = contentsOf(manifest)
  const parts = sources.map(source => {
    const artifacts = manifest.artifacts.filter(({ kind }) => kind === source.kind)
    return source.restore(settings, { manifest, artifacts, contents })
  })
  if (parts.some(({ artifacts }) => artifacts.length > 0)) return parts
  throw new UserError(`The recovery point ${manifest.slot} has nothing of what was requested: it has ${contents}.`, {
    advice: 'Check "databases" and "paths".',
  })
}

function contentsOf({ artifacts }: Manifest): string {
  const all = artifacts.flatMap((artifact: Artifact) => sourceOf(artifact).words.holds(artifact))
  return all.length === 0 ? 'nothing' : all.join(', ')
}
