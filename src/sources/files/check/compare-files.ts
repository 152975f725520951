import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { compareCounts, orDigest } from '../../content-differences'
import type { ArchiveContent } from './archive-content'

/** How an archive differs from what its manifest says, as halves of a sentence. */
export function compareFiles({ content: told }: FilesArtifact, found: ArchiveContent): string[] {
  return orDigest(told, found, [
    ...compareCounts('file', told.files, found.files),
    ...compareCounts('directory', told.directories, found.directories),
    ...compareCounts('link', told.links, found.links),
  ])
}
