import type { Finding } from '../findings/finding'
import type { PreflightReport } from '../findings/preflight'
import type { PreparedArtifact } from '../repository/commit/intend'
import type { ArtifactBaseline } from '../repository/guards/baseline'
import type { ScopedArtifact } from '../repository/guards/scoped-baseline'
import type { Manifest } from '../repository/manifest/manifest'
import type { Clock } from '../runtime/runtime'
import type { Connection } from '../ssh/remote'
import type { PutOptions } from '../store/store'
import type { HostFacts } from './host/host-facts'
import type { StreamContext } from './stream-artifact'

/** The server that is backed up. */
export interface Host {
  connection: Connection
  /** Ends whatever goes on there. */
  signal: AbortSignal
  clock: Clock
}

/** What one backup takes of one source. Where the inputs ask for nothing of it, the server is not asked either. */
export interface BackupPart {
  /** Asks the server what is there, and decides what is to be taken. Throws when it gives no answer. */
  plan(host: Host, slot: string): Promise<PartPlan>
  /** Asks the server for everything that taking it would meet. Throws only when the run is cancelled. */
  preflight(host: Host): Promise<PartPreflight>
}

export interface PartPlan {
  /** What is there, a line each, for the log. */
  lines: string[]
  /** Errors forbid the backup. */
  findings: Finding[]
  /** Taken one after another, beside those of other sources. */
  artifacts: ArtifactPlan[]
  /** Its share of the manifest's facts of the server. */
  server: Partial<Manifest['server']>
  /** What serves it, for a person: `MariaDB 10.11.19`. */
  servedBy?: string
  /** What of an earlier artifact this run asks for too. */
  scope(before: ArtifactBaseline): ScopedArtifact
}

export interface PartPreflight extends PreflightReport {
  /** Undefined when nothing is asked of this source, or the server gave no answer. */
  host: HostFacts | undefined
}

/** One artifact that is to be taken. */
export interface ArtifactPlan {
  name: string
  key: string
  /** What its stream waits for before its first byte: `its turn`, `rsync`. */
  waitsFor: string
  /**
   * Streams it into an upload that is not completed, through its checks, and compares it with the server. Throws the
   * first thing that went wrong; the upload is the caller's to drop.
   */
  take(request: TakeRequest, context: StreamContext): Promise<TakenArtifact>
}

export interface TakeRequest extends Host {
  /** Said to others who find a lock of this run. */
  owner: string
  put: PutOptions
  /** The size the artifact had in the last good recovery point. */
  lastBytes: number | undefined
}

/** An artifact that is stored and checked, and which no reader can see yet. */
export interface TakenArtifact {
  /** Its entry in the manifest. */
  artifact: PreparedArtifact
  /** The moment whose state it holds. */
  moment: Date
  /** What its tools said, although they succeeded. */
  warnings: Finding[]
}
