import { z } from 'zod'
import { chain, count, digest, instant, type StoredArtifact, stored, upload } from './artifact'
import type { Amount, Kind } from './kind'

export interface FilesArtifact extends StoredArtifact {
  kind: 'files'
  paths: string[]
  /** When rsync last compared the contents of the files with those in the mirror, in this run or an earlier one. */
  contentsComparedAt?: string
  /** Patterns that were left out. Only where that matters: of what a later archive may build on. */
  exclude?: string[]
  /**
   * With a chain, the counts and all that follows them are of the whole tree that it describes; `bytes` and `sha256` of its own
   * stream. `specials`: fifos and devices; manifests of older versions do not count them. */
  content: {
    bytes: number
    sha256: string
    files: number
    directories: number
    links: number
    specials?: number | undefined
    /** With a chain: sockets, which no archive has, and about how many bytes an archive of the whole tree would have. */
    sockets?: number
    treeBytes?: number
    /** Those with the most entries. `user`, `group`: null where the server had no name. */
    owners?: RecordedOwner[] | undefined
    /** The entry of the archive that lists its owners; absent: they are in its headers. */
    ownerList?: string | undefined
    /** What the archive lists behind its entries, and of how many; absent: there is none, or no program to read it. */
    accessLists?: ListedEntries
    extendedAttributes?: ListedEntries
    /** First-level folders. Absent: too many, or an older manifest. */
    folders?: HeldFolder[]
    /** Where something was mounted, below the folders or there. Absent: not known. */
    mounts?: (HeldFolder & { type: string })[]
    /** Folders of `paths` that are symbolic links. */
    pathLinks?: RecordedLink[]
    /** Symbolic links that lead out of all folders: the first hundred, and a digest of all. Absent: there is none. */
    outsideLinks?: { count: number; sha256: string; links: RecordedLink[] }
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

/** `files`: everything below that is not a folder; `bytes`: the sizes of the regular files. */
interface HeldFolder {
  path: string
  files: number
  bytes: number
}

/** `target`: as it is; `leadsTo`: the place that this means. */
interface RecordedLink {
  path: string
  target: string
  leadsTo: string
}

/** `list`: the entry of the archive. */
interface ListedEntries {
  list: string
  entries: number
}

const held = { path: z.string(), files: count, bytes: count }
const link = z.looseObject({ path: z.string(), target: z.string(), leadsTo: z.string() })

const listedEntries = z.looseObject({ list: z.string(), entries: count })

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
    { one: 'mount', mustStay: true, amounts: ({ content }) => content.mounts?.map(amountOf) },
    { one: 'first-level folder', amounts: ({ content }) => content.folders?.map(amountOf) },
    { one: 'link that leads out', mark: ({ content }) => content.outsideLinks?.sha256 },
  ],
  schema: z.looseObject({
    name: z.string(),
    kind: z.literal('files'),
    paths: z.array(z.string()),
    contentsComparedAt: z.exactOptional(instant),
    exclude: z.exactOptional(z.array(z.string())),
    ...stored,
    chain,
    content: z.looseObject({
      ...{ ...digest, files: count, directories: count, links: count, specials: count.optional() },
      ...{ sockets: z.exactOptional(count), treeBytes: z.exactOptional(count) },
      owners: z.array(owner).optional(),
      ownerList: z.string().optional(),
      ...{ accessLists: z.exactOptional(listedEntries), extendedAttributes: z.exactOptional(listedEntries) },
      folders: z.exactOptional(z.array(z.looseObject(held))),
      mounts: z.exactOptional(z.array(z.looseObject({ ...held, type: z.string() }))),
      pathLinks: z.exactOptional(z.array(link)),
      outsideLinks: z.exactOptional(z.looseObject({ count, sha256: digest.sha256, links: z.array(link) })),
    }),
    upload,
  }),
  sourceOf: () => '',
  contentBytes: ({ content }) => content.treeBytes ?? content.bytes,
  listed: ({ paths, bytes, content }) => ({ files: { paths, bytes, files: content.files } }),
}

function amountOf({ path, files, bytes }: HeldFolder): Amount {
  return { name: path, files, bytes }
}
