import { z } from 'zod'
import { FailureError } from '../runtime/errors'
import type { RunIdentity } from '../runtime/runtime'
import { isSlotName } from './keys'

export const proofFormat = 'make-a-backup-proof/1'

/**
 * The record of a recovery point that was restored for a trial and compared, `<slot>.proof.json`. It counts only for the recovery point
 * that was taken at `takenAt`: a slot is written anew every week. Field names are the public format: `docs/format.md` explains each.
 */
export interface Proof {
  format: typeof proofFormat
  slot: string
  /** The manifest's `startedAt`. */
  takenAt: string
  provenAt: string
  /** How long the imports and the unpacking took, without the comparisons. */
  restoreSeconds: number
  /** The throwaway server that took the dumps; undefined when there were none. */
  server?: { flavor: string; version: string }
  /** How many of each were compared. */
  tables: number
  files: number
  run: RunIdentity
  tool: { name: string; version: string }
}

/** Two spaces of indentation, a final line break. */
export function serializeProof(proof: Proof): string {
  return `${JSON.stringify(schema.parse(proof), null, 2)}\n`
}

/** Reads a proof strictly; unknown fields are kept. Throws FailureError. */
export function parseProof(text: string, key: string): Proof {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new FailureError(`"${key}" is not a proof that this version can read.`, { cause })
  }
}

const instant = z.iso.datetime({ offset: true })
const count = z.int().nonnegative()

const schema: z.ZodType<Proof> = z.looseObject({
  format: z.literal(proofFormat),
  slot: z.string().refine(isSlotName, 'expected letters, digits, "_" and "-"'),
  takenAt: instant,
  provenAt: instant,
  restoreSeconds: z.number().nonnegative(),
  server: z.exactOptional(z.looseObject({ flavor: z.string(), version: z.string() })),
  tables: count,
  files: count,
  run: z.looseObject({
    repository: z.string(),
    id: z.string(),
    attempt: z.string(),
    event: z.string(),
    url: z.string(),
  }),
  tool: z.looseObject({ name: z.string(), version: z.string() }),
})
