import { z } from 'zod'
import { count, instant } from '../manifest/kinds/artifact'
import { kinds } from '../manifest/kinds/kinds'
import type { PseudonymisedBaseline } from './pseudonymised-baseline'

/** The text of a baseline file. The same baseline always gives the same text. */
export function serializeBaseline(baseline: PseudonymisedBaseline): string {
  return `${JSON.stringify({ format: baselineFormat, ...schema.parse(baseline) })}\n`
}

/** Reads a baseline file. Undefined for anything else: another version may have written it, or half of it. */
export function parseBaselineFile(text: string): PseudonymisedBaseline | undefined {
  try {
    const result = file.safeParse(JSON.parse(text))
    if (!result.success) return undefined
    const { format: _, ...baseline } = result.data
    return baseline
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const baselineFormat = 'make-a-backup-baseline/1'

const word = z.string().max(100)

const artifacts = kinds.map(({ kind, things }) => {
  const counted = things.filter(thing => thing.count !== undefined)
  const named = counted.filter(thing => thing.names !== undefined)
  return z.object({
    kind: z.literal(kind),
    isOnlyOne: z.boolean(),
    source: word.nullable(),
    bytes: count,
    contentBytes: count,
    counts: z.object(Object.fromEntries(counted.map(({ one }) => [one, count]))),
    names: z.object(Object.fromEntries(named.map(({ one }) => [one, z.array(word).exactOptional()]))),
    parts: z.array(z.tuple([word, count, word])).exactOptional(),
    amounts: z.record(word, z.array(z.tuple([word, count, count]))).exactOptional(),
    marks: z.record(word, word).exactOptional(),
  })
})

const schema = z.object({
  slot: word,
  takenAt: instant,
  keyId: word.nullable(),
  fingerprintKeyId: word.exactOptional(),
  artifacts: z.array(z.union(artifacts)),
})

const file = schema.extend({ format: z.literal(baselineFormat) })
