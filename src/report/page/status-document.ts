import { z } from 'zod'
import { count, instant } from '../../repository/manifest/kinds/artifact'

export const statusFormat = 'make-a-backup-status/1'

const states = ['good', 'proven', 'disproven', 'suspect', 'stale', 'unfit'] as const

const point = z.object({
  slot: z.string(),
  takenAt: instant,
  state: z.enum(states),
  bytes: z.record(z.string(), count),
  runUrl: z.string().nullable(),
})

const run = z.object({
  endedAt: instant,
  result: z.enum(['good', 'suspect', 'failed', 'cancelled']),
  slot: z.string().nullable(),
  what: z.string().nullable(),
  runUrl: z.string().nullable(),
})

const drill = z.object({
  slot: z.string(),
  status: z.enum(['proven', 'failed']),
  endedAt: instant,
  restoreSeconds: z.number().nonnegative().nullable(),
  problem: z.string().nullable(),
  runUrl: z.string().nullable(),
})

const tier = z.object({ name: z.string(), count, newest: instant.nullable(), oldest: instant.nullable() })

const schema = z.object({
  format: z.literal(statusFormat),
  writtenAt: instant,
  host: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  timezone: z.string(),
  isComplete: z.boolean(),
  newest: z.object({ slot: z.string(), takenAt: instant }).nullable(),
  everySeconds: count.nullable(),
  missing: z.array(instant),
  ring: z.array(point),
  tiers: z.array(tier),
  drills: z.array(drill),
  runs: z.array(run),
})

/**
 * What is known of one prefix, `status.json`. A public format: `docs/format.md` explains each field. It is for people and
 * monitors: nothing is restored by it, and whoever may write to the bucket may change it.
 */
export type StatusDocument = z.infer<typeof schema>

/** Two spaces of indentation, a final line break. */
export function serializeStatus(status: StatusDocument): string {
  return `${JSON.stringify(schema.parse(status), null, 2)}\n`
}

/** What an earlier run wrote; undefined for anything else. */
export function parseStatus(text: string): StatusDocument | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
