import type { Finding } from '../../findings/finding'
import type { RecoveryPoint, Repository } from '../../repository/repository'
import type { SoundArtifact } from '../../sources/restore-part'

/**
 * A recovery point by its name: `suspect/Monday-13-00` is the slot `Monday-13-00` of the repository at
 * `<prefix>/suspect`.
 */
export interface PointName {
  name: string
  readonly repository: Repository
  slot: string
}

/** A recovery point that reading found sound, about to be restored for a trial. */
export interface PointToDrill extends PointName, RecoveryPoint {
  /** All of its artifacts. */
  sound: readonly SoundArtifact[]
}

/** How a trial restore went. */
export interface DrillResult {
  /** Empty when everything came out as the manifest says, and every check of the user's was true. */
  findings: readonly Finding[]
  /** How long the imports and the unpacking took, without the comparisons. */
  restoreSeconds: number
  /** The throwaway server; left out when there was no database to import. */
  server?: { flavor: string; version: string }
  /** What a restore would warn of, and what does not make the proof weaker. */
  warnings: readonly Finding[]
  /** How many of each were compared. */
  tables: number
  files: number
}

/**
 * Restores a recovery point for a trial and compares what comes out. Throws when it could not be tried, and the
 * signal's reason; nothing is left of it either way.
 */
export type Drill = (point: PointToDrill, signal: AbortSignal) => Promise<DrillResult>
