import { z } from 'zod'
import type { Compression } from '../../../pipeline/compression'

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

/**
 * An archive that others build on: one that has all, or all that changed since the one before it. `takenAt`: the
 * `startedAt` of the run that made it. `snapshot`: the sha256 of what the server keeps about it.
 */
export interface ChainObject extends ArtifactObject {
  level: number
  takenAt: string
  snapshot: string
}

/** What an artifact of any kind has. It is kept in one object, whose facts are its own, and those of its chain. */
export interface StoredArtifact extends ArtifactObject {
  kind: string
  /** Between the slot and `.sql` or `.tar` in the key: `database`, `shop.database`, `codebase`. */
  name: string
  compression: Compression
  startedAt: string
  finishedAt: string
  /** What it builds on, from level 0 on: it has what changed since. Absent: it has all. */
  chain?: ChainObject[]
  /** The uncompressed stream; each kind adds what is in it. */
  content: { bytes: number; sha256: string }
}

export const instant = z.iso.datetime({ offset: true })
export const count = z.int().nonnegative()
export const digest = {
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a sha256 in lower-case hex'),
}

/** The fields of `StoredArtifact` between those of a kind, in the order in which they are written. */
export const stored = {
  key: z.string().min(1),
  ...digest,
  etag: z.string(),
  versionId: z.string().nullable(),
  compression: z.enum(['gzip', 'zstd', 'none']),
  startedAt: instant,
  finishedAt: instant,
}
const uploaded = z.exactOptional(z.looseObject({ id: z.string().min(1), partETags: z.array(z.string()).min(1) }))

const chainObject = z.looseObject({
  ...{ level: z.int().nonnegative(), key: z.string().min(1), sha256: digest.sha256, bytes: digest.bytes },
  ...{ takenAt: instant, etag: z.string(), versionId: z.string().nullable(), snapshot: digest.sha256 },
  upload: uploaded,
})

/** Levels from 0 on, in order: the artifact itself has the next one. */
export const chain = z.exactOptional(
  z
    .array(chainObject)
    .min(1)
    .max(2)
    .refine(objects => objects.every(({ level }, index) => level === index), 'expected levels from 0 on, in order'),
)
export const upload = uploaded
