import type { Finding } from '../findings/finding'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import type { Artifact, Manifest } from '../repository/manifest/manifest'
import type { RecoveryPoint, Repository } from '../repository/repository'
import type { Runtime } from '../runtime/runtime'
import type { Connection } from '../ssh/remote'
import type { ReadAlong } from './along'
import type { TargetHost } from './host/target-answer'
import type { NextStep, RestoredItem, RestoreItem } from './restore-item'
import type { RollbackLog } from './rollback-log'
import type { UnfinishedPart } from './unfinished-part'

/** The restore half of a source. `Settings`: the inputs of a restore, as far as it reads them. */
export interface Restorable<A extends Artifact, C extends ContentDigest, Settings> {
  /** What to restore of it, which may be nothing. Throws UserError that names what the recovery point has. */
  restore(settings: Settings, choice: RestoreChoice<A>): RestorePart<A, C>
  /** What a killed restore left of it. `state`: the last saved `RestoringPart.state`. */
  unfinished(settings: Settings, state: unknown): UnfinishedPart
}

/** The recovery point to restore from. */
export interface RestoreChoice<A extends Artifact> {
  manifest: Manifest
  /** Those of this source. */
  artifacts: readonly A[]
  /** All its contents, for messages. */
  contents: string
}

/** An artifact that was read whole and is what its manifest says; `etag` is that of the object that was read. */
export interface SoundArtifact<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  artifact: A
  content: C
}

/** What one restore does for one source. Without artifacts it does nothing. */
export interface RestorePart<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  readonly artifacts: readonly A[]
  /** The check of an artifact while it is read: that of `ArtifactReading`, and what this restore must know beyond. */
  check(artifact: A): ContentCheck<C>
  /** Asks the server, before anything is read. Reads only. Throws when the server gives no answer. */
  look(target: RestoreTarget): Promise<LookedAt<A, C>>
}

/** The server that was asked by what a manifest says, for one restore of one source. */
export interface LookedAt<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  /** The target of artifacts that are what their manifest says, as far as that says what they are. */
  readonly expected: SeenTarget
  /** The same with what was read. `sound`: all of `artifacts`. May ask the server again. */
  see(sound: readonly SoundArtifact<A, C>[]): Promise<SeenTarget>
  /** Prepares the work without starting it. */
  begin(context: RestoreContext): RestoringPart<A, C>
}

/** The server that something is restored to. */
interface RestoreTarget {
  connection: Connection
  /** Ends everything that runs there. */
  signal: AbortSignal
  /** The signature of the recovery point was verified against `signed-by`. */
  isAuthentic: boolean
}

/** The target, as one source sees it. */
export interface SeenTarget {
  /** Undefined when nothing had to be checked. */
  host: TargetHost | undefined
  /** How many bytes of the disk mounted there this source needs. */
  diskBytes(mount: string): number
  /** Compares what to restore with what the server has. `othersTake`: `diskBytes` of all other sources. */
  plan(othersTake: (mount: string) => number): PlannedPart
}

/** What will be done for one source, and every problem with it. */
export interface PlannedPart {
  items: readonly RestoreItem[]
  /** The same as lines for the log. */
  lines: readonly string[]
  /** Errors prevent the restore. */
  findings: readonly Finding[]
  /** What was checked and is fine, one sentence each. */
  facts: readonly string[]
  /** What is not in the recovery point and must be there, as far as that is known. */
  nextSteps: readonly NextStep[]
  /** Everything that can be done before anything in use is changed. Returns the step that changes it. */
  prepare(context: RestoreContext): RestoreStep<RestoreStep<readonly RestoredItem[]>>
}

/** What the sources share of one restore. */
export interface RestoreContext {
  runtime: Runtime
  /** Of this run; `point` may be in another one. */
  repository: Repository
  point: RecoveryPoint
  startedAt: Date
  /** `startedAt` as names have it. */
  stamp: string
  /** Of this run, on the server. */
  owner: string
  /** Aborted when the run is cancelled, or when the connection broke. */
  signal: AbortSignal
  /** The one in use now. */
  connection(): Connection
  /** Opens another connection, for the rollback after the first one broke. */
  reconnect(): Promise<void>
  /** Each change adds its rollback step before it is made. */
  rollback: RollbackLog
  /** Saves the `state` of all parts for the post step. Called after each change. */
  save(): void
  /** Reports what does not fail the restore. */
  warn(warnings: readonly Finding[]): void
  /** Reports how restored contents differ from the recovery point: entries of the output `differences`. */
  differ(differences: readonly Readonly<Record<string, unknown>>[]): void
  /** Reports a stored object with a copy of what is about to be replaced. */
  keep(key: string): void
}

/** A step of a restore. `name`: for the log. */
export interface RestoreStep<T> {
  name: string
  run(): Promise<T>
}

/** A running restore of one source. */
export interface RestoringPart<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  /**
   * Calls `read` once, for the first reading of an artifact, and writes along where nothing is yet: what `prepare` and
   * its step need not do then. Only where the expected plan has no errors. What was written and is not what the plan
   * wants is removed, and done by a second reading.
   */
  along<R>(artifact: A, read: ReadAlong<C, R>): Promise<R>
  /** What the post step must know if this run is killed: JSON. */
  readonly state: object
  /** False: the post step has work to do, although every rollback step succeeded. */
  readonly isSettled: boolean
  /** After a rollback: the state of what no rollback step was about. Whole sentences. */
  untouched(): string[]
  /** After a cancellation: what it was doing, or had done; undefined when nothing in use had changed. */
  progress(): string | undefined
}
