import type { ContentCheck } from '../../../pipeline/content-check'
import { contentBytesOf } from '../../../repository/manifest/kinds/kinds'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { SoundArtifact } from '../../restore-part'
import { checkArchive, type ExpectedArchive } from '../check/archive-check'
import type { ArchiveContent, FolderContent, FoundPart } from '../check/archive-content'
import { pathBytes } from '../check/expected-paths'
import { noEntries } from '../check/folder-tally'

/** An archive that was read whole and matches its manifest; `etag`: of the object that was read. */
export type RereadFiles = SoundArtifact<FilesArtifact, ArchiveContent>

/** The content of one of the folders of the archive, or of a part that was requested of one. */
export function folderContent({ content }: Pick<RereadFiles, 'content'>, path: string): FolderContent | undefined {
  return content.perPath.find(each => each.path === path.slice(1))
}

/** A part that was requested, as the archive has it; undefined for a whole folder. */
export function foundPart({ content }: Pick<RereadFiles, 'content'>, path: string): FoundPart | undefined {
  return content.parts.find(part => part.path === pathBytes(path.slice(1)))
}

/** The check of an archive that is stored. `parts`: of its folders, absolute. */
export function checkStored(artifact: FilesArtifact, parts: readonly string[] = []): ContentCheck<ArchiveContent> {
  return checkArchive({ ...expectedArchive(artifact), parts: parts.map(path => path.slice(1)) })
}

/** What an archive is like when it is what its manifest says, as far as that says it: all is in its first folder. */
export function expectedFiles(artifact: FilesArtifact): RereadFiles {
  const { paths, content } = artifact
  const {
    bytes,
    sha256,
    files,
    directories,
    links,
    specials = 0,
    owners = [],
    accessLists,
    extendedAttributes,
  } = content
  const kinds = noEntries()
  for (const { user, group, uid, gid, entries } of owners)
    kinds.f.owners.set({ user: user ?? undefined, group: group ?? undefined, uid, gid }, entries)
  const none = { files: 0, directories: 0, links: 0, fileBytes: 0, kinds: noEntries() }
  const all = { files, directories, links, fileBytes: contentBytesOf(artifact), kinds }
  const attributes = extendedAttributes?.entries ?? 0
  const counts = { lists: accessLists?.entries ?? 0, attributes, ordinary: attributes }
  return {
    artifact,
    content: {
      ...{ bytes, sha256, files, directories, links, specials },
      perPath: paths.map((path, index) => ({ path: path.slice(1), ...(index === 0 ? all : none) })),
      ...{ parts: [], risky: [], ownerChanges: { count: 0, first: [] } },
      hasOwnerList: content.ownerList !== undefined,
      attributes: {
        ...{ counts, perPath: paths.map(path => ({ path: path.slice(1), counts })) },
        ...{ first: [], accounts: { users: [], groups: [] } },
      },
    },
  }
}

/** Long names, and lists of owners and attributes, of which a manifest says nothing. */
const spareBytes = 64 * 2 ** 20

/** No more than its manifest says. */
export function expectedArchive({ paths, content, chain }: FilesArtifact): ExpectedArchive {
  const { files, directories, links, specials, bytes, treeBytes = bytes } = content
  const counted = files + directories + links
  return {
    paths: paths.map(path => path.slice(1)),
    limits: {
      entries: counted + (specials ?? counted + 10_000),
      bytes: chain === undefined ? bytes : 2 * treeBytes + spareBytes,
    },
  }
}
