import type { Recipient } from '../../../pipeline/age/recipient'
import { encodedBy } from '../../../pipeline/codec'
import type { CompressionSettings } from '../../../pipeline/compression'
import { artifactKey, artifactName } from '../../../repository/names/keys'
import type { FullEvery } from '../levels/plan-level'

/** How often rsync compares file contents, and not only size and time. `weekly`: the first run of a week. */
export const compareContents = ['weekly', 'daily', 'always', 'never'] as const
export type CompareContents = (typeof compareContents)[number]

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
  compareContents: CompareContents
  fullEvery: FullEvery
}

/** The inputs of a backup, as far as they are about folders. */
export interface FolderSettings {
  ssh: { user: string }
  files: FileSettings
  /** A folder without files is fine. */
  allowEmpty: boolean
  s3: { prefix: string }
  /** An IANA name: where days and weeks begin. */
  timezone: string
  compression: CompressionSettings
  encryptTo: readonly Recipient[]
}

/** Where the archive goes. */
export function archiveKey(
  { s3, compression, encryptTo }: Pick<FolderSettings, 's3' | 'compression' | 'encryptTo'>,
  slot: string,
): string {
  return artifactKey(s3.prefix, slot, artifactName('files'), 'files', encodedBy(compression, encryptTo))
}
