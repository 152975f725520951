import { type Finding, warning } from '../../findings/finding'
import type { ArtifactBaseline, Baseline } from './baseline'

/** An artifact of the last good recovery point, without what the workflow no longer requests. */
export interface ScopedArtifact {
  /** Undefined: nothing of it is compared. */
  kept: ArtifactBaseline | undefined
  /** What the workflow no longer requests, for a warning: `the database "shop"`. */
  dropped?: string
  /** The workflow requests nothing of it any more. */
  isGone?: true
}

/**
 * The last good recovery point without what the workflow no longer requests: a database or a folder that its lists do
 * not name any more, tables that it excludes now. That is done on purpose: reported, not suspect.
 */
export function scopedBaseline(
  baseline: Baseline,
  scope: (before: ArtifactBaseline) => ScopedArtifact,
): { baseline: Baseline; warnings: Finding[] } {
  const scoped = baseline.artifacts.map(scope)
  const warnings = scoped.flatMap(({ dropped }) =>
    dropped === undefined
      ? []
      : [
          warning(
            'part-dropped',
            `The last good recovery point, ${baseline.slot} taken ${baseline.takenAt}, has ${dropped}, which the workflow no longer requests. Within a week the ring forgets it.`,
          ),
        ],
  )
  const artifacts = scoped.map(({ kept }) => kept).filter(kept => kept !== undefined)
  return { baseline: { ...baseline, artifacts }, warnings }
}
