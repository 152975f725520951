import type { Examples } from '../../../findings/examples'
import type { ContentDigest } from '../../../pipeline/content-check'
import { plural } from '../../../runtime/text/format-count'
import type { AttributeContent } from '../attributes/attribute-tally'
import type { ListedAttribute } from '../attributes/listed'
import type { Owner } from '../owners/owner'

/** The size of an archive. `files`: names of regular files, including hard links; `links`: symbolic links. */
export interface ArchiveSize extends ContentDigest {
  files: number
  directories: number
  links: number
  /** Fifos and devices. */
  specials: number
}

/** What an archive becomes when it is unpacked. */
export interface ArchiveContent extends ArchiveSize {
  /** Its folders in the order of the request, then the requested parts of them. */
  perPath: FolderContent[]
  /** The parts of folders that were requested, in their order. */
  parts: FoundPart[]
  /** One of each kind. */
  risky: RiskyEntries[]
  /** Whose they are, apart from the folders around them. */
  ownerChanges: OwnerChanges
  /** The owners are those of its list, and not those in its headers. */
  hasOwnerList: boolean
  /** What its lists behind the entries say. */
  attributes: AttributeContent
}

/** A part of a folder, as the archive has it. Names are bytes, one character each. */
export interface FoundPart {
  path: string
  /** Undefined: the archive does not have it. */
  kind: EntryKind | undefined
  /** Names that may be meant, where it does not have it. */
  similar: readonly string[]
  /** The nearest folder above that it has. */
  above: string
}

/** The content of one folder of an archive, itself counted among the directories; or of a part, which may be one file. */
export interface FolderContent {
  path: string
  files: number
  directories: number
  links: number
  /** The sizes of its files; a hard link adds nothing. */
  fileBytes: number
  kinds: KindCounts
  /** Its hard links to files outside of it. Undefined: it has none. */
  outside?: OutsideLinks
}

/** Hard links of a folder to files outside of it: a hard link has no data of its own. */
export interface OutsideLinks {
  links: Examples
  /** What they lead to; undefined: too many to remember. */
  targets: KnownNames | undefined
}

export interface KnownNames {
  /** 0: it is none of them. */
  valueOf(name: string): number
}

/** What an entry becomes, as `find -type` names it: file, directory, symbolic link, fifo, block and character device. */
export type EntryKind = 'f' | 'd' | 'l' | 'p' | 'b' | 'c'

export const entryKinds: readonly EntryKind[] = ['f', 'd', 'l', 'p', 'b', 'c']

export type KindCounts = Readonly<Record<EntryKind, KindCount>>

/** The entries of one kind. All but `names` is of files, not of names: one with several names counts once. */
export interface KindCount {
  names: number
  count: number
  /** Of files their sizes, of symbolic links the lengths of their targets. */
  bytes: number
  /** The sum of permissions (0 to 0777). */
  modes: number
  owners: ReadonlyMap<Owner, number>
  /** How many have the sticky bit, and how many set-uid or set-gid. */
  sticky: number
  setIds: number
}

/**
 * Entries that do harm when somebody else made them. `set-uid`: regular files with set-uid or set-gid; `devices`:
 * block and character; `capabilities`: files with Linux capabilities in their headers; `attributes`: listed attributes
 * that give rights, capabilities among them.
 */
export interface RiskyEntries {
  kind: RiskyKind
  count: number
  /** The first of them. */
  first: RiskyEntry[]
}

export interface RiskyEntry {
  /** Bytes, one character each, in plain form. */
  path: string
  /** Of an attribute undefined, as is the owner. */
  mode?: number
  owner?: Owner
  /** As mknod(1) takes it: `b 8 0`. */
  device?: string
  /** As setcap(8) takes them: `10,12+ep`. */
  capabilities?: string
  attribute?: ListedAttribute
}

/** Kinds that are restored when the input `allow-entries` names them. */
export const allowedEntryKinds = ['set-uid', 'devices'] as const

/** Of capabilities our archives have a list: those in a header are of another program, and never restored. */
export const riskyKinds = [...allowedEntryKinds, 'capabilities', 'attributes'] as const

export type RiskyKind = (typeof riskyKinds)[number]

/** The counts of an archive, in words. */
export function filesCounts(content: { files: number; directories: number; links: number }): string[] {
  return [
    plural(content.files, 'file'),
    plural(content.directories, 'directory', 'directories'),
    plural(content.links, 'symbolic link'),
  ]
}

/** Entries with another owner than the folder they are in, in the order of the archive. */
export interface OwnerChanges {
  count: number
  /** The first of them. Names are bytes, one character each, in plain form. */
  first: { path: string; owner: Owner }[]
}

/** An entry as it would be unpacked. Names are bytes, one character each, in plain form. */
export interface UnpackedEntry {
  path: string
  kind: EntryKind
  /** Another name of an earlier entry. */
  isHardLink: boolean
  /** Of a hard link, in plain form; of a symbolic link as it is. */
  target: string
  /** With set-uid, set-gid and the sticky bit. */
  mode: number
  owner: Owner
  sizeBytes: number
  device: { major: number; minor: number } | undefined
  /** As setcap(8) takes them. */
  capabilities: string | undefined
}
