import type { Duplex, Writable } from 'node:stream'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import type { Filter } from '../pipeline/filter'

/** Something that is written along with the reading of an artifact: its check, how the stream passes, and where to. */
export interface Along<C extends ContentDigest = ContentDigest> {
  check: ContentCheck<C>
  /** As `Passage`. */
  passage(check: ContentCheck<C>): Filter<C>
  into: readonly (Duplex | Writable)[]
}

/** Reads an artifact, and writes something along where the caller knows what. */
export type ReadAlong<C extends ContentDigest, R> = (along?: Along<C>) => Promise<R>
