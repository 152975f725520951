import { posix } from 'node:path'
import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import { isInside } from './folder-paths'

/**
 * The files of the last good recovery point, as far as `paths` still requests them. After a folder was dropped nothing
 * can be compared: the counts are of all folders together.
 */
export function scopeFiles(before: ArtifactBaseline, paths: readonly string[]): ScopedArtifact {
  if (paths.length === 0) return { kept: undefined, dropped: 'files', isGone: true }
  const folders = before.names['folder'] ?? []
  const dropped = folders.filter(folder => !paths.some(path => isInside(folder, path)))
  if (dropped.length === 0) return { kept: withinPaths(before, paths) }
  const isGone = !folders.some(folder => paths.some(path => isInside(folder, path) || isInside(path, folder)))
  return { kept: undefined, dropped: `the folders ${dropped.join(', ')}`, ...(isGone ? { isGone } : {}) }
}

/** A folder that was of the first level need not be one of other paths. */
function withinPaths(before: ArtifactBaseline, paths: readonly string[]): ArtifactBaseline {
  const folders = before.amounts?.['first-level folder']
  if (folders === undefined) return before
  const kept = folders.filter(({ name }) => name === undefined || paths.includes(posix.dirname(name)))
  return { ...before, amounts: { ...before.amounts, 'first-level folder': kept } }
}
