import { z } from 'zod'

/** The format `make-a-backup/1` of a recovery point to the letter: a field too many is as wrong as one too few. */
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const size = z.int().nonnegative()

const stored = {
  key: z.string().min(1),
  bytes: size,
  sha256,
  etag: z.string().min(1),
  versionId: z.string().nullable(),
  compression: z.enum(['gzip', 'zstd', 'none']),
  startedAt: instant,
  finishedAt: instant,
}

const database = z.strictObject({
  name: z.string(),
  kind: z.literal('database'),
  database: z.string(),
  ...stored,
  content: z.strictObject({
    bytes: size,
    sha256,
    tables: z.array(z.strictObject({ name: z.string(), bytes: size, sha256, rows: size })),
    views: size,
    triggers: size,
    routines: size,
    events: size,
    objects: z.strictObject({
      views: z.array(z.string()),
      triggers: z.array(z.string()),
      routines: z.array(z.string()),
      events: z.array(z.string()),
    }),
    definers: z.array(z.string()),
    accounts: z
      .array(
        z.strictObject({
          ...{ account: z.string(), grants: z.array(z.string()) },
          ...{ defaultRoles: z.array(z.string()).optional(), plugin: z.string().optional() },
        }),
      )
      .optional(),
    traits: z.array(
      z.strictObject({
        ...{ trait: z.string(), count: size, names: z.array(z.string()) },
        statements: z.array(z.string()).optional(),
      }),
    ),
    longestStatementBytes: size,
    characterSet: z.string().min(1),
    collation: z.string().min(1),
  }),
})

const held = { path: z.string().min(1), files: size, bytes: size }
const link = z.strictObject({ path: z.string(), target: z.string(), leadsTo: z.string() })

const files = z.strictObject({
  name: z.literal('codebase'),
  kind: z.literal('files'),
  paths: z.array(z.string()).min(1),
  contentsComparedAt: z.iso.datetime().optional(),
  exclude: z.array(z.string()).optional(),
  ...stored,
  chain: z
    .array(
      z.strictObject({
        ...{ level: size, key: z.string().min(1), sha256, bytes: size, takenAt: instant },
        ...{ etag: z.string().min(1), versionId: z.string().nullable(), snapshot: sha256 },
      }),
    )
    .optional(),
  content: z.strictObject({
    ...{ bytes: size, sha256, files: size, directories: size, links: size, specials: size },
    treeBytes: size.optional(),
    owners: z
      .array(
        z.strictObject({
          user: z.string().nullable(),
          group: z.string().nullable(),
          ...{ uid: size, gid: size, entries: size },
        }),
      )
      .optional(),
    ownerList: z.literal('.make-a-backup.owners').optional(),
    accessLists: z.strictObject({ list: z.literal('.make-a-backup.acls'), entries: size.min(1) }).optional(),
    extendedAttributes: z
      .strictObject({ list: z.literal('.make-a-backup.attributes'), entries: size.min(1) })
      .optional(),
    folders: z.array(z.strictObject(held)),
    mounts: z.array(z.strictObject({ ...held, type: z.string().min(1) })),
    pathLinks: z.array(link).min(1).optional(),
    outsideLinks: z.strictObject({ count: size.min(1), sha256, links: z.array(link).min(1) }).optional(),
  }),
})

const manifest = z.strictObject({
  format: z.literal('make-a-backup/1'),
  slot: z.string().min(1),
  state: z.literal('complete'),
  verdict: z.literal('good'),
  startedAt: instant,
  finishedAt: instant,
  timezone: z.string().min(1),
  host: z.string().min(1),
  prefix: z.string(),
  run: z.strictObject({
    repository: z.string(),
    id: z.string(),
    attempt: z.string(),
    event: z.string(),
    url: z.string(),
    workflow: z.string(),
    step: z.string(),
  }),
  tool: z.strictObject({ name: z.literal('make-a-backup'), version: z.string() }),
  server: z.strictObject({
    os: z.string().min(1),
    database: z
      .strictObject({
        flavor: z.enum(['mariadb', 'mysql']),
        version: z.string(),
        dumpTool: z.string(),
        options: z.array(z.string()),
        settings: z.record(z.string(), z.string()),
      })
      .optional(),
    rsync: z.string().min(1).optional(),
    tar: z.string().min(1).optional(),
    php: z.strictObject({ version: z.string().min(1), modules: z.array(z.string()) }).optional(),
  }),
  encryption: z
    .strictObject({
      ...{ format: z.literal('age'), recipients: z.array(z.string()).min(1) },
      ...{ fingerprintKey: z.base64(), fingerprintKeyId: z.string() },
    })
    .optional(),
  artifacts: z.array(z.discriminatedUnion('kind', [database, files])).min(1),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
})

/** The manifest of a recovery point that is complete and good. */
export type StoredManifest = z.infer<typeof manifest>
export type StoredDatabase = z.infer<typeof database>
export type StoredFiles = z.infer<typeof files>

/** Reads a manifest's text; throws at whatever the format does not have. */
export function parseStoredManifest(text: string): StoredManifest {
  return manifest.parse(JSON.parse(text))
}

/** The artifact of a database. Throws when there is none. */
export function databaseOf({ artifacts }: StoredManifest, name?: string): StoredDatabase {
  for (const artifact of artifacts) {
    if (artifact.kind === 'database' && (name === undefined || artifact.database === name)) return artifact
  }
  throw new Error(`The manifest has no database ${name ?? 'at all'}.`)
}

/** The artifact of the files. Throws when there is none. */
export function filesOf({ artifacts }: StoredManifest): StoredFiles {
  for (const artifact of artifacts) if (artifact.kind === 'files') return artifact
  throw new Error('The manifest has no files.')
}
