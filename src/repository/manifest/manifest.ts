import type { Compression } from '../../pipeline/compression'
import type { RunIdentity } from '../../runtime/runtime'

export const manifestFormat = 'make-a-backup/1'

/**
 * The record of one recovery point, `<slot>.manifest.json`. It is written last; without it there is no recovery
 * point. Field names are the public format: `docs/format.md` explains each.
 */
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
  run: RunIdentity
  tool: { name: string; version: string }
  server: {
    os: string
    database?: { flavor: string; version: string; dumpTool: string; options: string[] }
    rsync?: string
    tar?: string
  }
  artifacts: Artifact[]
  warnings: { code: string; message: string }[]
  /** Only while `publishing`: the recovery point this one replaces, so that an intent that cannot be kept can be undone. */
  previous?: Manifest | null
}

export type Artifact = DatabaseArtifact | FilesArtifact

/** An object in the store: what is read, and what a commit completes. */
export interface ArtifactObject {
  key: string
  bytes: number
  sha256: string
  etag: string
  versionId: string | null
  /** Only while `publishing`: what completes the upload. */
  upload?: { id: string; partETags: string[] }
}

/** What every artifact has. It is kept in one object, whose facts are its own. */
interface StoredArtifact extends ArtifactObject {
  /** What stands between the slot and `.sql` or `.tar` in the key: `database`, `shop.database`, `codebase`. */
  name: string
  compression: Compression
  startedAt: string
  finishedAt: string
}

export interface DatabaseArtifact extends StoredArtifact {
  kind: 'database'
  database: string
  content: {
    bytes: number
    sha256: string
    tables: TableFingerprint[]
    views: number
    triggers: number
    routines: number
    events: number
    /** Their names, so that a later run can tell which one is gone. */
    objects?: { views: string[]; triggers: string[]; routines: string[]; events: string[] }
    /** The database's defaults, which a dump of a single database does not carry. */
    characterSet: string
    collation: string
  }
}

export interface FilesArtifact extends StoredArtifact {
  kind: 'files'
  paths: string[]
  content: { bytes: number; sha256: string; files: number; directories: number; links: number }
}

/** One table of a dump: the size of its `INSERT` lines and their sha256; or those of its rows alone, without their layout. */
export interface TableFingerprint {
  name: string
  bytes: number
  sha256: string
  /** Only of rows that were read without their layout. */
  rows?: number
}
