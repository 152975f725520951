import type { Examples } from '../../../findings/examples'
import type { ContentDigest } from '../../../pipeline/content-check'

/** What an archive holds. `files`: names of regular files, hard links among them; `links`: symbolic links. */
export interface ArchiveContent extends ContentDigest {
  files: number
  directories: number
  links: number
  /** Fifos and devices. */
  others: number
  /** Only of an archive that was checked as `isUntrusted`, as are the rest. In the order of the folders asked for. */
  perPath?: FolderContent[]
  /** One of each kind. */
  hazards?: Hazard[]
  /** Hard links whose other name is in a folder that does not hold the link: apart from it they are nothing. */
  crossLinks?: Examples
}

/** What of an archive lies in one of its folders, itself among the directories. */
export interface FolderContent {
  path: string
  files: number
  directories: number
  links: number
  /** The sizes of its files as they will be on disk, holes included; a hard link adds nothing. */
  fileBytes: number
}

/**
 * What may do harm when unpacked and may be meant. `outside-links`: symbolic links that lead out of the archive's
 * folders, or whose way nobody can tell; `set-uid`: regular files with set-uid, set-gid or capabilities; `devices`:
 * character and block devices.
 */
export interface Hazard extends Examples {
  kind: RiskyEntryKind
}

/** What an archive may hold that is refused unless the user says otherwise. */
export const riskyEntryKinds = ['outside-links', 'set-uid', 'devices'] as const

/** One of them. */
export type RiskyEntryKind = (typeof riskyEntryKinds)[number]
