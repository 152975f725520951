import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { ArtifactReading } from '../../source'
import { untrustedArchive } from '../restore/reread-files'
import { checkArchive } from './archive-check'
import type { ArchiveContent } from './archive-content'
import { compareFiles } from './compare-files'

/** How a stored archive is read. */
export const archiveReading: ArtifactReading<FilesArtifact, ArchiveContent> = {
  check: ({ paths }) => checkArchive({ paths: paths.map(path => path.slice(1)) }),
  restoreCheck: untrustedArchive,
  compare: compareFiles,
}
