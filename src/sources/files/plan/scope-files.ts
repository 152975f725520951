import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import { isInside } from './folder-paths'

/**
 * The files of the last good recovery point, as far as `paths` still requests them. After a folder was dropped nothing
 * can be compared: the counts are of all folders together.
 */
export function scopeFiles(before: ArtifactBaseline, paths: readonly string[]): ScopedArtifact {
  if (paths.length === 0) return { kept: undefined, dropped: 'files' }
  const dropped = (before.names['folder'] ?? []).filter(folder => !paths.some(path => isInside(folder, path)))
  if (dropped.length === 0) return { kept: before }
  return { kept: undefined, dropped: `the folders ${dropped.join(', ')}` }
}
