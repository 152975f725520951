import { CheckError } from '../../../pipeline/check-error'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { MergedTree } from '../chain/chain-merge'
import type { ArchiveContent } from '../check/archive-content'
import type { TreeFacts } from './tree-facts'

/** What was seen of an archive, whole or with what changed. */
export type MaybeLevel = ArchiveContent & { tree?: MergedTree }

type Counts = ReadonlyMap<string, number>

/**
 * Compares the names in an incremental archive with the entries of the mirror that the server counted before. Throws
 * CheckError when they differ, or when there are no files and `allowEmpty` is off.
 */
export function compareLevel(tree: MergedTree, counts: Counts, { allowEmpty }: { allowEmpty: boolean }): void {
  const others = sumOf(counts, ['f', 'l', 'p', 'b', 'c', 's'])
  const differences = [
    ...(tree.folders === counts.get('d') ? [] : [`${tree.folders} of ${counts.get('d')} directories`]),
    ...(tree.others === others ? [] : [`${tree.others} of ${others} files and links`]),
    // Of a socket an archive has the name alone.
    ...(tree.missing - tree.kept <= (counts.get('s') ?? 0)
      ? []
      : [`${tree.missing - tree.kept} names without their files`]),
  ]
  if (differences.length > 0) {
    throw new CheckError(`The archive does not hold what the mirror on the server holds: ${differences.join(', ')}.`, {
      advice: 'Run again. If it happens again, check whether something else writes to the mirror folder.',
    })
  }
  if (sumOf(counts, ['f', 'l']) === 0 && !allowEmpty) {
    throw new CheckError('The archive has folders, but no files.', {
      advice: 'Check the input "paths". If the folders are empty on purpose, set "allow-empty: true".',
    })
  }
}

/** The counts of the whole tree, next to the digest of the archive's own stream. */
export function treeContent(
  { bytes, sha256 }: ArchiveContent,
  counts: Counts,
  { treeBytes }: TreeFacts,
): FilesArtifact['content'] {
  const sockets = sumOf(counts, ['s'])
  return {
    ...{ bytes, sha256, files: sumOf(counts, ['f']), directories: sumOf(counts, ['d']), links: sumOf(counts, ['l']) },
    specials: sumOf(counts, ['p', 'b', 'c']),
    ...(sockets === 0 ? {} : { sockets }),
    treeBytes,
  }
}

function sumOf(counts: Counts, kinds: readonly string[]): number {
  return kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0)
}
