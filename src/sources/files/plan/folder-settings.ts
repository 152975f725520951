import type { CompressionSettings } from '../../../pipeline/compression'

/** The files part of a recovery point. */
export interface FileSettings {
  /** Absolute, without a slash at the end, none inside another; empty: no files part. */
  paths: string[]
  /** rsync patterns, in the user's order. */
  exclude: string[]
  /** Absolute, or below the home folder of the SSH user as `~/…`. */
  mirrorDir: string
  /** As rsync's `--bwlimit` takes it, `0` for none. */
  bandwidthLimit?: string
}

/** The inputs of a backup, as far as they are about folders. */
export interface FolderSettings {
  files: FileSettings
  /** A folder without files is fine. */
  allowEmpty: boolean
  s3: { prefix: string }
  compression: CompressionSettings
}
