import type { DumpNeeds } from './dump-needs'

/**
 * A streaming check of uncompressed content. It is shown every byte once, in order, measures in passing in constant
 * memory, and throws as soon as it knows that the content is bad.
 */
export interface ContentCheck<R> {
  write(chunk: Buffer): void
  /** Called once, after the last byte. Throws `CheckError` when the content is not whole. */
  finish(): R
  /** What has been seen so far, for the progress line. */
  progress(): { bytes: number; tables?: number; files?: number }
}

/** Of the uncompressed stream. `sha256` in lower-case hex. */
export interface ContentDigest {
  bytes: number
  sha256: string
}

/** One table of a dump: the size of its `INSERT` lines and their sha256; or those of its rows alone, without their layout. */
export interface TableFingerprint {
  name: string
  bytes: number
  sha256: string
  /** Only of rows that were read without their layout. */
  rows?: number
}

/** What a dump holds. Names as the dump has them, in its order; `routines` as `procedure name` or `function name`. */
export interface DumpContent extends ContentDigest {
  tables: TableFingerprint[]
  views: string[]
  triggers: string[]
  routines: string[]
  events: string[]
  /** Only of a dump that was checked for them. */
  needs?: DumpNeeds
}

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

export interface Examples {
  count: number
  /** The first five, for a message. */
  examples: string[]
}

/**
 * What may do harm when unpacked and may be meant. `outside-links`: symbolic links that lead out of the archive's folders, or whose way
 * nobody can tell; `set-uid`: regular files with set-uid, set-gid or capabilities; `devices`: character and block devices.
 */
export interface Hazard extends Examples {
  kind: 'outside-links' | 'set-uid' | 'devices'
}
