import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import { isInside } from './folder-paths'

/**
 * The files of the last good recovery point, as far as `paths` still asks for them. Nothing of them can be compared
 * once a folder is dropped: their numbers are those of all folders together.
 */
export function scopeFiles(before: ArtifactBaseline, paths: readonly string[]): ScopedArtifact {
  if (paths.length === 0) return { kept: undefined, dropped: 'files' }
  const dropped = (before.names['folder'] ?? []).filter(folder => !paths.some(path => isInside(folder, path)))
  if (dropped.length === 0) return { kept: before }
  return { kept: undefined, dropped: `the folders ${dropped.join(', ')}` }
}
