import { z } from 'zod'
import { FailureError } from '../../runtime/errors'
import type { RunIdentity } from '../../runtime/runtime'
import { isSlotName } from '../names/keys'
import { count, instant } from './kinds/artifact'
import type { Manifest } from './manifest'
import { provenance } from './manifest-codec'

export const proofFormat = 'make-a-backup-proof/1'

/**
 * The record of the last drill, `<slot>.proof.json`. It counts only for the recovery point taken at `takenAt`
 * and for these very objects: a slot is overwritten every week. A public format: `docs/format.md` explains each field.
 */
export type Proof = ProofFacts & (Proven | Disproven)

interface ProofFacts {
  format: typeof proofFormat
  slot: string
  /** The manifest's `startedAt`. */
  takenAt: string
  /** The objects that were read, as their manifest has them; `etag` as the store had it. */
  artifacts: ProvenArtifact[]
  run: RunIdentity
  tool: { name: string; version: string }
}

/** It went well. */
export interface Proven {
  status: 'proven'
  provenAt: string
  /** How long the imports and the unpacking took, without the comparisons. */
  restoreSeconds: number
  /** The throwaway server that imported the dumps; undefined when there were none. */
  server?: { flavor: string; version: string }
  /** How many of each were compared. */
  tables: number
  files: number
}

/** It did not, or the objects were found to be wrong since. */
export interface Disproven {
  status: 'failed'
  failedAt: string
  /** The first of them. */
  findings: { code: string; message: string }[]
}

export interface ProvenArtifact {
  key: string
  sha256: string
  etag: string
}

/**
 * Whether a proof is for this manifest. `listed`: ETags by key; one that was stored again has another one, and is not
 * proven by this. That a recovery point failed holds for it all the same.
 */
export function isProofOf(proof: Proof, manifest: Manifest, listed: ReadonlyMap<string, string>): boolean {
  const { slot, startedAt, artifacts } = manifest
  const isOfThisMoment = proof.slot === slot && Date.parse(proof.takenAt) === Date.parse(startedAt)
  if (!isOfThisMoment || proof.artifacts.length !== artifacts.length) return false
  return artifacts.every(({ key, sha256 }) => {
    const proven = proof.artifacts.find(each => each.key === key)
    return proven?.sha256 === sha256 && (proof.status === 'failed' || proven.etag === listed.get(key))
  })
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

const head = {
  format: z.literal(proofFormat),
  slot: z.string().refine(isSlotName, 'expected letters, digits, "_" and "-"'),
  takenAt: instant,
}
const artifacts = z.array(z.looseObject({ key: z.string(), sha256: z.string(), etag: z.string() }))

const schema: z.ZodType<Proof> = z.discriminatedUnion('status', [
  z.looseObject({
    ...head,
    status: z.literal('proven'),
    provenAt: instant,
    artifacts,
    restoreSeconds: z.number().nonnegative(),
    server: z.exactOptional(z.looseObject({ flavor: z.string(), version: z.string() })),
    tables: count,
    files: count,
    ...provenance,
  }),
  z.looseObject({
    ...head,
    status: z.literal('failed'),
    failedAt: instant,
    artifacts,
    findings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
    ...provenance,
  }),
])
