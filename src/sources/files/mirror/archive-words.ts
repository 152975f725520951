import type { Compression } from '../../../pipeline/compression'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { SourceWords } from '../../source-words'
import { filesCounts } from '../check/archive-content'

/** How folders and their archives are shown. */
export const archiveWords: SourceWords<FilesArtifact> = {
  title: 'Files',
  all: () => 'the files',
  holds: ({ paths }) => paths.map(path => `the folder ${path}`),
  origins: ({ paths }) => paths,
  counts: ({ content }) => filesCounts(content),
  parts: () => [],
  recovery: ({ compression }, fetch) => [`${fetch} | ${unpackers[compression]} -C /`],
  recoveryNote: 'Run as root on the server to restore to. The tar line writes to the original places of the files.',
}

const unpackers: Readonly<Record<Compression, string>> = {
  gzip: 'tar -xpzf -',
  zstd: 'zstd -dc | tar -xpf -',
  none: 'tar -xpf -',
}
