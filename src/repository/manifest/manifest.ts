import type { RunIdentity } from '../../runtime/runtime'
import type { EncryptionRecord } from '../encryption/encryption'
import type { Artifact } from './kinds/kinds'

export type { ArtifactObject, ChainObject } from './kinds/artifact'
export type { DatabaseAccount, DatabaseArtifact, DatabaseTrait, TableFingerprint } from './kinds/database'
export type { FilesArtifact } from './kinds/files'
export type { Artifact } from './kinds/kinds'

export const manifestFormat = 'make-a-backup/1'

/** The record of one recovery point, `<slot>.manifest.json`. A public format: `docs/format.md` explains each field. */
export interface Manifest {
  format: typeof manifestFormat
  slot: string
  /** `publishing`: an intent, not restorable; `complete`: a recovery point. */
  state: 'publishing' | 'complete'
  verdict: 'good' | 'suspect'
  startedAt: string
  finishedAt: string
  timezone: string
  /** The input `ssh-host`. */
  host: string
  /** The folder in the bucket that it was written to, without a slash at either end. */
  prefix: string
  run: RunIdentity
  tool: { name: string; version: string }
  server: {
    os: string
    database?: {
      flavor: string
      version: string
      dumpTool: string
      options: string[]
      settings?: Record<string, string>
    }
    rsync?: string
    tar?: string
    /** Of its command line. */
    php?: { version: string; modules: string[] }
  }
  /** Absent: its objects can be read by whoever can read the bucket. */
  encryption?: EncryptionRecord
  artifacts: Artifact[]
  warnings: { code: string; message: string }[]
  /** Only while `publishing`: the recovery point that this one replaces, for a rollback. */
  previous?: Manifest | null
  /** Only while `publishing`: the signature that `previous` has, if any. */
  previousSignature?: string
  /** Only while `publishing`: of this manifest without this field. Without it the commit may be finished, not signed. */
  signature?: string
}
