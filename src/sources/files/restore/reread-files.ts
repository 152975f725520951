import type { ContentCheck } from '../../../pipeline/content-check'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { SoundArtifact } from '../../restore-part'
import { checkArchive } from '../check/archive-check'
import type { ArchiveContent, FolderContent } from '../check/archive-content'

/** An archive that was read whole and matches its manifest; `etag`: of the object that was read. */
export type RereadFiles = SoundArtifact<FilesArtifact, ArchiveContent>

/** The content of one of the folders of the archive. */
export function folderContent({ artifact, content }: RereadFiles, path: string): FolderContent | undefined {
  return content.perPath?.[artifact.paths.indexOf(path)]
}

/** The check of the backup, and of everything that an archive could do to a server that unpacks it. */
export function untrustedArchive({ paths, content }: FilesArtifact): ContentCheck<ArchiveContent> {
  const entries = content.files + content.directories + content.links
  return checkArchive({
    paths: paths.map(path => path.slice(1)),
    isUntrusted: true,
    // The manifest does not count fifos and devices.
    limits: { entries: entries * 2 + 10_000, bytes: content.bytes },
  })
}
