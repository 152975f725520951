import type { RecordedDigest } from '../../../repository/encryption/recorded-digest'
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
export function compareFiles(
  { content: expected, chain }: FilesArtifact,
  found: ArchiveSize,
  recorded: RecordedDigest,
): string[] {
  const differences = [
    ...compareCounts('file', expected.files, found.files),
    ...compareCounts('directory', expected.directories, found.directories),
    ...compareCounts('link', expected.links, found.links),
    ...compareCounts('special file', expected.specials ?? found.specials, found.specials),
  ]
  // What a chain is put together to was never stored.
  return chain === undefined ? orDigest(expected, found, recorded, differences) : differences
}
