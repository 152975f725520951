import { z } from 'zod'
import { type ErrorFacts, FailureError } from '../../runtime/errors'
import { isSlotName } from '../names/keys'
import { instant } from './kinds/artifact'
import { artifactSchema } from './kinds/kinds'
import { type Manifest, manifestFormat } from './manifest'

/** An object that should be a manifest and cannot be read as one. The message names its key. */
export class ManifestError extends FailureError {
  /** Set when a later version of this action wrote it: its format, e.g. `make-a-backup/2`. */
  readonly laterFormat: string | undefined

  constructor(message: string, facts: ErrorFacts & { laterFormat?: string } = {}) {
    super(message, facts)
    this.laterFormat = facts.laterFormat
  }
}

/** Manifests are read whole, so they must stay readable: the most a store returns as text. */
export const manifestBytesMax = 8 * 1024 * 1024

/**
 * The manifest's text: fields in the order of the schema below, fields of later versions after them, two spaces of
 * indentation (none beyond 8 MiB: 40,000 tables), a final line break. One manifest, one text. Throws `ManifestError`
 * for one that nobody could read.
 */
export function serializeManifest(manifest: Manifest): string {
  const ordered = manifestSchema.parse(manifest)
  const text = `${JSON.stringify(ordered, null, 2)}\n`
  if (Buffer.byteLength(text) <= manifestBytesMax) return text
  const dense = `${JSON.stringify(ordered)}\n`
  if (Buffer.byteLength(dense) <= manifestBytesMax) return dense
  throw new ManifestError('The recovery point has too many tables for one manifest, which may have 8 MiB.', {
    advice: 'Split the databases into several backups, each with a prefix of its own.',
  })
}

/** Reads a manifest strictly, but keeps unknown fields. Throws `ManifestError`, also for a later format. */
export function parseManifest(text: string, key: string): Manifest {
  const json = parseJson(text, key)
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined
  if (typeof format !== 'string' || !/^make-a-backup\/\d+$/.test(format)) {
    throw new ManifestError(`"${key}" is not a manifest of make-a-backup: it has no "format": "${manifestFormat}".`)
  }
  if (format !== manifestFormat) {
    throw new ManifestError(
      `The manifest "${key}" has the format "${format}"; this version reads "${manifestFormat}".`,
      {
        advice: 'Use the version of make-a-backup that wrote it, or a later one.',
        laterFormat: format,
      },
    )
  }
  const result = manifestSchema.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new ManifestError(
    `The manifest "${key}" is damaged: ${fieldName(issue?.path ?? [])}: ${issue?.message ?? 'wrong'}.`,
  )
}

function parseJson(text: string, key: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ManifestError(`The manifest "${key}" is not JSON.`, { cause })
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : `${name}${name === '' ? '' : '.'}${String(step)}`),
    '',
  )
}

// Objects are loose: a manifest that a rollback puts back must lose nothing that a later version wrote in it.
const server = z.looseObject({
  os: z.string(),
  database: z.exactOptional(
    z.looseObject({
      flavor: z.string(),
      version: z.string(),
      dumpTool: z.string(),
      options: z.array(z.string()),
      settings: z.exactOptional(z.record(z.string(), z.string())),
    }),
  ),
  rsync: z.exactOptional(z.string()),
  tar: z.exactOptional(z.string()),
  php: z.exactOptional(z.looseObject({ version: z.string(), modules: z.array(z.string()) })),
})

/** Which run made something, by which release. */
export const provenance = {
  run: z.looseObject({
    repository: z.string(),
    id: z.string(),
    attempt: z.string(),
    event: z.string(),
    url: z.string(),
    workflow: z.exactOptional(z.string()),
    step: z.exactOptional(z.string()),
  }),
  tool: z.looseObject({ name: z.string(), version: z.string() }),
}

const recoveryPoint = z.looseObject({
  format: z.literal(manifestFormat),
  slot: z.string().refine(isSlotName, 'expected letters, digits, "_" and "-"'),
  state: z.enum(['publishing', 'complete']),
  verdict: z.enum(['good', 'suspect']),
  startedAt: instant,
  finishedAt: instant,
  timezone: z.string(),
  host: z.string(),
  prefix: z.string(),
  ...provenance,
  server,
  encryption: z.exactOptional(
    z.looseObject({
      format: z.literal('age'),
      // Messages show them.
      recipients: z.array(z.string().regex(/^[ -~]+$/)).min(1),
      fingerprintKey: z.base64(),
      fingerprintKeyId: z.string(),
    }),
  ),
  artifacts: z.array(artifactSchema),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
})

const manifestSchema: z.ZodType<Manifest> = recoveryPoint.extend({
  previous: z.exactOptional(z.nullable(recoveryPoint)),
  previousSignature: z.exactOptional(z.string()),
  signature: z.exactOptional(z.string()),
})
