import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { compareCounts, orDigest } from '../../content-differences'
import type { ArtifactReading } from '../../source'
import { untrustedArchive } from '../restore/reread-files'
import { checkArchive } from './archive-check'
import type { ArchiveContent } from './archive-content'

/** How a stored archive is read. */
export const archiveReading: ArtifactReading<FilesArtifact, ArchiveContent> = {
  check: ({ paths }) => checkArchive({ paths: paths.map(path => path.slice(1)) }),
  restoreCheck: untrustedArchive,
  compare: compareFiles,
}

/** How an archive differs from its manifest, in half sentences. */
export function compareFiles({ content: recorded }: FilesArtifact, found: ArchiveContent): string[] {
  return orDigest(recorded, found, [
    ...compareCounts('file', recorded.files, found.files),
    ...compareCounts('directory', recorded.directories, found.directories),
    ...compareCounts('link', recorded.links, found.links),
  ])
}
