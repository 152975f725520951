import type { Artifact } from '../repository/manifest/manifest'
import type { ArchiveContent } from './files/check/archive-content'
import { compareFiles } from './files/check/compare-files'
import { compareDump } from './mysql/check/compare-dump'
import type { DumpContent } from './mysql/check/dump-content'

/** What was found in a stored object of either kind. */
export type StoredContent = DumpContent | ArchiveContent

/**
 * How the content of a stored object differs from what its manifest says, as halves of a sentence: `table "orders" has other
 * rows`. Empty when it does not differ.
 */
export function compareContent(artifact: Artifact, content: StoredContent): string[] {
  if (artifact.kind === 'database' && 'tables' in content) return compareDump(artifact, content)
  if (artifact.kind === 'files' && 'files' in content) return compareFiles(artifact, content)
  throw new TypeError(`"${artifact.key}" was read with the check of another kind.`)
}
