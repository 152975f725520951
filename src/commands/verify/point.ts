import type { Finding } from '../../findings/finding'
import type { RecoveryPoint, Repository } from '../../repository/repository'
import type { DrillShown } from '../../sources/drill/drill-part'
import type { SoundArtifact } from '../../sources/restore-part'

/** `suspect/Monday-13-00` is the name of the slot `Monday-13-00` in the repository `<prefix>/suspect`. */
export interface PointName {
  name: string
  readonly repository: Repository
  slot: string
  /** When its manifest was stored, as a listing shows it; undefined: not listed. */
  storedAt?: Date
  /** Whether a listing shows a proof of it; undefined: not listed. */
  hasProof?: boolean
}

/** A recovery point that was read and is sound, about to be restored on trial. */
export interface PointToDrill extends PointName, RecoveryPoint {
  /** All of its artifacts. */
  sound: readonly SoundArtifact[]
}

/** The result of a trial restore. */
export interface DrillResult {
  /** Empty when everything is as the manifest says, and every check of the user was true. */
  findings: readonly Finding[]
  /** How long the imports and the unpacking took, without the comparisons. */
  restoreSeconds: number
  /** The throwaway server; left out when there was no database to import. */
  server?: { flavor: string; version: string }
  /** What was done, for the report. */
  shown: DrillShown
  /** What a restore would warn of, and what does not make the proof weaker. */
  warnings: readonly Finding[]
  /** How many of each were compared. */
  tables: number
  files: number
}

/** Restores on trial, compares, removes everything. Throws when it could not be tried, and the signal's reason. */
export type Drill = (point: PointToDrill, signal: AbortSignal) => Promise<DrillResult>
