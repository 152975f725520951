import { z } from 'zod'
import { count, digest, instant, type StoredArtifact, stored, upload } from './artifact'
import type { Kind } from './kind'

export interface FilesArtifact extends StoredArtifact {
  kind: 'files'
  paths: string[]
  /** When rsync last compared the contents of the files with those in the mirror, in this run or an earlier one. */
  contentsComparedAt?: string
  /** `specials`: fifos and devices; manifests of older versions do not count them. */
  content: {
    bytes: number
    sha256: string
    files: number
    directories: number
    links: number
    specials?: number | undefined
    /** Those with the most entries. `user`, `group`: null where the server had no name. */
    owners?: RecordedOwner[] | undefined
    /** The entry of the archive that lists its owners; absent: they are in its headers. */
    ownerList?: string | undefined
  }
}

const owner = z.looseObject({
  user: z.string().nullable(),
  group: z.string().nullable(),
  ...{ uid: count, gid: count, entries: count },
})

interface RecordedOwner {
  user: string | null
  group: string | null
  uid: number
  gid: number
  entries: number
}

/** An archive of folders. */
export const files: Kind<FilesArtifact> = {
  kind: 'files',
  title: 'Files',
  artifactName: 'codebase',
  extension: 'tar',
  sources: { whenGone: 'no files were backed up any more' },
  things: [
    { one: 'file', leastLost: 10, count: ({ content }) => content.files },
    { one: 'directory', many: 'directories', count: ({ content }) => content.directories },
    { one: 'symbolic link', count: ({ content }) => content.links },
    { one: 'folder', isFolder: true, names: ({ paths }) => paths },
  ],
  schema: z.looseObject({
    name: z.string(),
    kind: z.literal('files'),
    paths: z.array(z.string()),
    contentsComparedAt: z.exactOptional(instant),
    ...stored,
    content: z.looseObject({
      ...{ ...digest, files: count, directories: count, links: count, specials: count.optional() },
      owners: z.array(owner).optional(),
      ownerList: z.string().optional(),
    }),
    upload,
  }),
  sourceOf: () => '',
  listed: ({ paths, bytes, content }) => ({ files: { paths, bytes, files: content.files } }),
}
