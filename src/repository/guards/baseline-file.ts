import { z } from 'zod'
import type { PseudonymisedBaseline } from './pseudonymised-baseline'

/** The text of a baseline file. The same baseline always gives the same text. */
export function serializeBaseline(baseline: PseudonymisedBaseline): string {
  return `${JSON.stringify({ format: baselineFormat, ...schema.parse(baseline) })}\n`
}

/** Reads a baseline file. Undefined for anything else: a cache may hold what another version left, or half of it. */
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

const count = z.int().nonnegative()
const word = z.string().max(100)
const sizes = { bytes: count, contentBytes: count }
const words = z.array(word)

const database = z.object({
  kind: z.literal('database'),
  name: word.nullable(),
  database: word.nullable(),
  ...sizes,
  counts: z.object({ table: count, view: count, trigger: count, routine: count, event: count }),
  tables: z.exactOptional(z.array(z.tuple([word, count, word]))),
  names: z.object({
    view: z.exactOptional(words),
    trigger: z.exactOptional(words),
    routine: z.exactOptional(words),
    event: z.exactOptional(words),
  }),
})

const files = z.object({
  kind: z.literal('files'),
  name: word,
  ...sizes,
  files: count,
  directories: count,
  links: count,
})

const schema = z.object({
  slot: word,
  takenAt: z.iso.datetime({ offset: true }),
  keyId: word.nullable(),
  artifacts: z.array(z.discriminatedUnion('kind', [database, files])),
})

const file = schema.extend({ format: z.literal(baselineFormat) })
