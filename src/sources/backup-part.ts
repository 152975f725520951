import type { Finding } from '../findings/finding'
import type { PreflightReport } from '../findings/preflight'
import type { PreparedArtifact } from '../repository/commit/intend'
import type { ArtifactBaseline } from '../repository/guards/baseline'
import type { ScopedArtifact } from '../repository/guards/scoped-baseline'
import type { Artifact, ChainObject, Manifest } from '../repository/manifest/manifest'
import type { BaseName } from '../repository/names/base-name'
import type { Clock } from '../runtime/runtime'
import type { Connection } from '../ssh/remote'
import type { PutOptions } from '../store/store'
import type { HostFacts } from './host/host-facts'
import type { StreamContext } from './stream-artifact'

/** The server that is backed up. */
export interface Host {
  connection: Connection
  /** Ends everything that runs there. */
  signal: AbortSignal
  clock: Clock
}

/** What one backup takes of one source. Without inputs for this source, the server is not contacted. */
export interface BackupPart {
  /** Reads what the server has, and decides what to back up. Throws when the server gives no answer. */
  plan(host: Host, slot: string): Promise<PartPlan>
  /** Checks everything that the backup would meet. Throws only when the run is cancelled. */
  preflight(host: Host, slot: string): Promise<PartPreflight>
  /** The part of an earlier artifact that the inputs request too, whatever the server has by now. */
  requested(before: ArtifactBaseline): ScopedArtifact
  /** Whether earlier artifacts of this source have all that the inputs name; no rows or files are compared. */
  isIn(before: readonly ArtifactBaseline[]): boolean
}

export interface PartPlan {
  /** What the server has, one line each, for the log. */
  lines: string[]
  /** Errors prevent the backup. */
  findings: Finding[]
  /** Made one after another, in parallel with those of other sources. */
  artifacts: ArtifactPlan[]
  /** Its share of the manifest's facts of the server. */
  server: Partial<Manifest['server']>
  /** What serves it, for messages: `MariaDB 10.11.19`. */
  servedBy?: string
  /** The part of an earlier artifact that this run requests too. */
  scope(before: ArtifactBaseline): ScopedArtifact
}

export interface PartPreflight extends PreflightReport {
  /** Undefined without inputs for this source, or when the server gave no answer. */
  host: HostFacts | undefined
  /** The keys of the objects that the backup would write. */
  keys: readonly string[]
  /** What it would take, in bytes before compression; undefined when that is not known. */
  takes: Outgoing | undefined
  /** What a restore of it will need. */
  forRestore: RestoreNeeds
}

/** What a backup would send. `full`: how often all of it, where it can be what changed alone. */
export interface Outgoing {
  what: string
  bytes: number
  full?: 'run' | 'day' | 'week'
}

export interface RestoreNeeds {
  /** Programs on the server, by the names of their packages or their own. */
  tools: readonly string[]
  /** Rights, settings and whatever else must be there. Whole sentences. */
  others: readonly string[]
}

/** Of a source that a backup does not take. */
export const nothingToTake: PartPreflight = {
  ...{ findings: [], facts: [], host: undefined, keys: [], takes: undefined },
  forRestore: { tools: [], others: [] },
}

/** One artifact to make. */
export interface ArtifactPlan {
  name: string
  key: string
  /** What its stream waits for before its first byte: `its turn`, `rsync`. */
  waitsFor: string
  /** How often all of it is sent, where it can be what changed alone. */
  full?: Outgoing['full']
  /** How far that is, where it is known: `42 %, about 3 m left`. */
  waitingAt?(): string | undefined
  /** Streams it through its checks into an open upload, which the caller must abort. Throws the first error. */
  take(request: TakeRequest, context: StreamContext): Promise<TakenArtifact>
}

export interface TakeRequest extends Host {
  /** Shown to other runs that find the lock of this one. */
  owner: string
  /** The same for each run of this prefix, and no other: the name of its lock. */
  lock: string
  put: PutOptions
  before: EarlierArtifact
  bases?: Bases
  /** The manifest's. */
  startedAt: string
}

/** The same artifact in the last good recovery point. */
export interface EarlierArtifact {
  /** Undefined: there is none, or the bucket cannot be read. */
  artifact: Artifact | undefined
  /** Whom it is encrypted to; absent: to nobody. */
  recipients?: readonly string[] | undefined
  isReadable: boolean
}

/** The archives that several slots build on. Undefined where a recovery point has to be whole by itself. */
export interface Bases {
  /** The name of a new one, which no living slot builds on; undefined when there is none. Throws `StoreError`. */
  free(kind: 'week' | 'day'): Promise<BaseName | undefined>
  /** How it is stored. */
  put(base: BaseName): PutOptions
  /** Whether this very object is in the bucket. Throws `StoreError`. */
  has(object: ChainObject): Promise<boolean>
}

/** An artifact that is stored and checked, and that no reader can see yet. */
export interface TakenArtifact {
  /** Its entry in the manifest. */
  artifact: PreparedArtifact
  /** The moment whose state it has. */
  moment: Date
  /** What its tools said, although they succeeded. */
  warnings: Finding[]
  /** What else the summary says of it, a sentence each. */
  notes?: readonly string[]
  /** Which files changed; absent: not known, or there are none. */
  edited?: FilesEdited
}

/** How many files changed since the last run, in all and by folder: those with the most changes. */
export interface FilesEdited extends EditCounts {
  folders: readonly (EditCounts & { folder: string })[]
}

interface EditCounts {
  added: number
  changed: number
  removed: number
}
