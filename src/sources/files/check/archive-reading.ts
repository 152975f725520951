import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { compareCounts, orDigest } from '../../content-differences'
import type { ArtifactReading } from '../../source'
import { joinArchives } from '../chain/join-archives'
import { checkStored } from '../restore/reread-files'
import type { ArchiveContent, ArchiveSize } from './archive-content'

/** How a stored archive is read. */
export const archiveReading: ArtifactReading<FilesArtifact, ArchiveContent> = {
  check: artifact => checkStored(artifact),
  join: joinArchives,
  compare: compareFiles,
  // What it would refuse fails the check; set-uid bits and devices are left out, and the rest is restored.
  refusals: () => [],
}

/** How an archive differs from its manifest, in half sentences. */
export function compareFiles({ content: recorded, chain }: FilesArtifact, found: ArchiveSize): string[] {
  const differences = [
    ...compareCounts('file', recorded.files, found.files),
    ...compareCounts('directory', recorded.directories, found.directories),
    ...compareCounts('link', recorded.links, found.links),
    ...compareCounts('special file', recorded.specials ?? found.specials, found.specials),
  ]
  // What a chain is put together to was never stored.
  return chain === undefined ? orDigest(recorded, found, differences) : differences
}
