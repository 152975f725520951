import { decodeCommands, encodedAs } from '../../../pipeline/codec'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { SourceWords } from '../../source-words'
import { applyLists } from '../attributes/attribute-lists'
import { filesCounts } from '../check/archive-content'
import { layoutNotes, newOutsideLinks } from '../layout/layout-words'
import { applyOwnerList } from '../owners/owner-list'
import { bringBackFolders } from './bring-back-folders'

/** How folders and their archives are shown. */
export const archiveWords: SourceWords<FilesArtifact> = {
  title: 'Files',
  all: () => 'the files',
  holds: ({ paths }) => paths.map(path => `the folder ${path}`),
  origins: ({ paths }) => paths,
  counts: ({ content }) => filesCounts(content),
  parts: () => [],
  notes: layoutNotes,
  news: newOutsideLinks,
  bringBack: bringBackFolders,
  recovery: (artifact, fetch) => [
    ...unpackCommands(artifact, fetch),
    ...(artifact.content.ownerList === undefined ? [] : [applyOwnerList]),
    ...(artifact.content.accessLists === undefined ? [] : [applyLists.lists]),
    ...(artifact.content.extendedAttributes === undefined ? [] : [applyLists.attributes]),
  ],
  recoveryNote: 'Run as root on the server to restore to. The tar line writes to the original places of the files.',
}

/** Of a chain one after another, by GNU tar: each removes what was gone by then. */
function unpackCommands(artifact: FilesArtifact, fetch: (key: string) => string): string[] {
  const { key, chain = [] } = artifact
  const tar = chain.length === 0 ? 'tar -xpf - -C /' : 'tar -xpf - --listed-incremental=/dev/null -C /'
  const { compression } = artifact
  return [...chain.map(base => base.key), key].map(each =>
    [fetch(each), ...decodeCommands(encodedAs({ key: each, compression })), tar].join(' | '),
  )
}
