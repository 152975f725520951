import type { ContentCheck } from '../../../pipeline/content-check'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { SoundArtifact } from '../../restore-part'
import { checkArchive, type ExpectedArchive } from '../check/archive-check'
import type { ArchiveContent, FolderContent } from '../check/archive-content'

/** An archive that was read whole and matches its manifest; `etag`: of the object that was read. */
export type RereadFiles = SoundArtifact<FilesArtifact, ArchiveContent>

/** The content of one of the folders of the archive. */
export function folderContent({ artifact, content }: RereadFiles, path: string): FolderContent | undefined {
  return content.perPath[artifact.paths.indexOf(path)]
}

/** The check of an archive that is stored. */
export function checkStored(artifact: FilesArtifact): ContentCheck<ArchiveContent> {
  return checkArchive(expectedArchive(artifact))
}

/** No more than its manifest says. */
export function expectedArchive({ paths, content }: FilesArtifact): ExpectedArchive {
  const { files, directories, links, specials } = content
  const counted = files + directories + links
  return {
    paths: paths.map(path => path.slice(1)),
    limits: { entries: counted + (specials ?? counted + 10_000), bytes: content.bytes },
  }
}
