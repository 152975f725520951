import type { Examples } from '../../../findings/examples'
import type { ContentDigest } from '../../../pipeline/content-check'
import { plural } from '../../../runtime/text/format-count'

/** The content of an archive. `files`: names of regular files, including hard links; `links`: symbolic links. */
export interface ArchiveContent extends ContentDigest {
  files: number
  directories: number
  links: number
  /** Fifos and devices. */
  others: number
  /** This and the rest only with `isUntrusted`. In the order of the requested folders. */
  perPath?: FolderContent[]
  /** One of each kind. */
  hazards?: Hazard[]
  /** Hard links to a file of another folder: they cannot be restored without it. */
  crossLinks?: Examples
}

/** The content of one folder of an archive, itself counted among the directories. */
export interface FolderContent {
  path: string
  files: number
  directories: number
  links: number
  /** The sizes of its files as they will be on disk, holes included; a hard link adds nothing. */
  fileBytes: number
}

/**
 * What can do harm when unpacked, and may be intended. `outside-links`: symbolic links out of the folders of the
 * archive, or with an unknown target; `set-uid`: regular files with set-uid, set-gid or capabilities; `devices`:
 * character and block.
 */
export interface Hazard extends Examples {
  kind: RiskyEntryKind
}

/** Contents that are refused unless the user allows them. */
export const riskyEntryKinds = ['outside-links', 'set-uid', 'devices'] as const

export type RiskyEntryKind = (typeof riskyEntryKinds)[number]

/** The counts of an archive, in words. */
export function filesCounts(content: { files: number; directories: number; links: number }): string[] {
  return [
    plural(content.files, 'file'),
    plural(content.directories, 'directory', 'directories'),
    plural(content.links, 'symbolic link'),
  ]
}

/** An entry as it would be unpacked. Names are bytes, one character each, in plain form. */
export interface UnpackedEntry {
  path: string
  /** One letter, as in the header; `5` for all directories. */
  type: string
  /** Of a hard link, in plain form; of a symbolic link as it is. */
  target: string
  /** Permissions, with set-uid and set-gid. */
  mode: number
  hasCapabilities: boolean
  /** Its size on disk. */
  sizeBytes: number
}
