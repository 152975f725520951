import type { Finding } from '../findings/finding'
import type { ContentDigest } from '../pipeline/content-check'
import type { Artifact, Manifest } from '../repository/manifest/manifest'
import type { RecoveryPoint, Repository } from '../repository/repository'
import type { Runtime } from '../runtime/runtime'
import type { Connection } from '../ssh/remote'
import type { TargetHost } from './host/target-answer'
import type { RestoredItem, RestoreItem } from './restore-item'
import type { RollbackLog } from './rollback-log'
import type { UnfinishedPart } from './unfinished-part'

/** The restore half of a source. `Settings`: the inputs of a restore, as far as it reads them. */
export interface Restorable<A extends Artifact, C extends ContentDigest, Settings> {
  /** What a restore brings back of it, which may be nothing. Throws UserError that says what is there. */
  restore(settings: Settings, choice: RestoreChoice<A>): RestorePart<A, C>
  /** What a restore that was killed has left of it. `state`: what `RestoringPart.state` was when it was saved last. */
  unfinished(settings: Settings, state: unknown): UnfinishedPart
}

/** The recovery point that a restore takes from. */
export interface RestoreChoice<A extends Artifact> {
  manifest: Manifest
  /** Those of this source. */
  artifacts: readonly A[]
  /** All that it holds, in words, for messages. */
  contents: string
}

/** An artifact that was read whole and is what its manifest says; `etag` is that of the object that was read. */
export interface SoundArtifact<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  artifact: A
  content: C
}

/**
 * What one restore brings back of one source. Without artifacts it asks the server nothing, and its steps do nothing.
 */
export interface RestorePart<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  /** Read whole before the server is looked at, each once. */
  readonly artifacts: readonly A[]
  /** Asks the server what is there. `sound`: all of `artifacts`. Reads only. Throws when the server gives no answer. */
  look(target: RestoreTarget, sound: readonly SoundArtifact<A, C>[]): Promise<SeenTarget>
}

/** The server that something is restored to. */
export interface RestoreTarget {
  connection: Connection
  /** Ends whatever goes on there. */
  signal: AbortSignal
}

/** The target, as one source sees it. */
export interface SeenTarget {
  /** Undefined when there was nothing to ask. */
  host: TargetHost | undefined
  /** How many bytes of the disk mounted there are to be left for it by other sources. */
  diskBytes(mount: string): number
  /** Holds what is to be restored against what the server has. `othersTake`: the same of all other sources. */
  plan(othersTake: (mount: string) => number): PlannedPart
}

/** What is going to be done for one source, and everything that speaks against it. */
export interface PlannedPart {
  items: readonly RestoreItem[]
  /** The same as lines for the log. */
  lines: readonly string[]
  /** Errors forbid the restore. */
  findings: readonly Finding[]
  /** What was looked at and is fine, a sentence each. */
  facts: readonly string[]
  /** Takes up the work, and does none of it yet. */
  begin(context: RestoreContext): RestoringPart
}

/** What the sources share of one restore. */
export interface RestoreContext {
  runtime: Runtime
  /** Of this run; where `point` lies may be beside it. */
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
  /** Opens another one, when the first one broke and what was begun is to be undone. */
  reconnect(): Promise<void>
  /** A step is noted here before the thing is done that it undoes. */
  rollback: RollbackLog
  /** Saves the `state` of all parts for the post step. Called after each change. */
  save(): void
  /** Notes what does not fail the restore. */
  warn(warnings: readonly Finding[]): void
  /** Notes a stored object that has what is about to be replaced. */
  keep(key: string): void
}

/** A step of a restore. `name`: for the log. */
export interface RestoreStep<T> {
  name: string
  run(): Promise<T>
}

/** A restore of one source that is going on. */
export interface RestoringPart {
  /** Everything that can be done before anything in use is touched. Returns the step that touches it. */
  readonly prepare: RestoreStep<RestoreStep<readonly RestoredItem[]>>
  /** What the post step must know if this run is killed: JSON. */
  readonly state: object
  /** False: there is work for the post step, although every rollback step succeeded. */
  readonly isSettled: boolean
  /** After a rollback: in what state things are that no rollback step was about. Whole sentences. */
  untouched(): string[]
  /**
   * Of a restore that was cancelled: what it was doing, or had done; undefined when nothing in use had been changed.
   */
  progress(): string | undefined
}
