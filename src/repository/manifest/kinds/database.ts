import { createHash } from 'node:crypto'
import { z } from 'zod'
import { count, digest, type StoredArtifact, stored, upload } from './artifact'
import type { Fingerprint, Kind, Thing } from './kind'

export interface DatabaseArtifact extends StoredArtifact {
  kind: 'database'
  database: string
  content: {
    bytes: number
    sha256: string
    tables: TableFingerprint[]
    views: number
    triggers: number
    routines: number
    events: number
    /** Their names, so that a later run can name the one that is gone. */
    objects?: { views: string[]; triggers: string[]; routines: string[]; events: string[] }
    /** In whose name its views, triggers, routines and events are: `user@host`, or a role. A restore accepts no others. */
    definers?: string[]
    /** Who had rights on it; absent when the login of the backup may not see that. Text for people: never run. */
    accounts?: DatabaseAccount[]
    /** What a new server may refuse or change, as the server's own metadata say; absent: not known. */
    traits?: DatabaseTrait[]
    /** With its delimiter: what `max_allowed_packet` must allow. */
    longestStatementBytes?: number
    /** The database's defaults, which a dump of a single database does not carry. */
    characterSet: string
    collation: string
  }
}

export interface DatabaseTrait {
  /** `docs/format.md` lists them. */
  trait: string
  count: number
  /** The first hundred. */
  names: string[]
  /** What makes them on a new server. */
  statements?: string[]
}

export interface DatabaseAccount {
  /** `user@host`, or the name of a role. */
  account: string
  /** Its rights on this database, as statements without a password; [] for one that is only a definer. */
  grants: string[]
  /** Of the roles among these accounts, those that are active after its login. */
  defaultRoles?: string[]
  /** How it logs in, where that is without a password: `unix_socket`, `auth_socket`. */
  plugin?: string
}

/** Size and sha256 of a table's `INSERT` lines, and how many rows they have. */
export type TableFingerprint = Fingerprint

const names = z.array(z.string())
const trait = z.looseObject({ trait: z.string(), count, names, statements: z.exactOptional(names) })

/** A dump of one MySQL or MariaDB database. */
export const database: Kind<DatabaseArtifact> = {
  kind: 'database',
  title: 'Database',
  artifactName: 'database',
  extension: 'sql',
  sources: { noun: 'database' },
  things: [
    {
      one: 'table',
      leastLost: 1,
      count: ({ content }) => content.tables.length,
      fingerprints: ({ content }) => content.tables,
    },
    object('view'),
    // On the server these have no letter case, tables and views do.
    { ...object('trigger'), foldsCase: true },
    { ...object('routine'), foldsCase: true },
    { ...object('event'), foldsCase: true },
    { one: 'obstacle', mark: ({ content }) => obstacleMark(content) },
  ],
  schema: z.looseObject({
    name: z.string(),
    kind: z.literal('database'),
    database: z.string(),
    ...stored,
    content: z.looseObject({
      ...digest,
      tables: z.array(z.looseObject({ name: z.string(), ...digest, rows: z.exactOptional(count) })),
      views: count,
      triggers: count,
      routines: count,
      events: count,
      objects: z.exactOptional(z.looseObject({ views: names, triggers: names, routines: names, events: names })),
      definers: z.exactOptional(names),
      accounts: z.exactOptional(
        z.array(
          z.looseObject({
            account: z.string(),
            grants: names,
            defaultRoles: z.exactOptional(names),
            plugin: z.exactOptional(z.string()),
          }),
        ),
      ),
      traits: z.exactOptional(z.array(trait)),
      longestStatementBytes: z.exactOptional(count),
      characterSet: z.string(),
      collation: z.string(),
    }),
    upload,
  }),
  sourceOf: ({ database }) => database,
  listed: ({ database, bytes, content }) => ({
    databases: [{ name: database, bytes, tables: content.tables.length }],
  }),
}

/** The same as long as a backup has nothing new to say about it. */
export function obstacleMark({ traits }: DatabaseArtifact['content']): string | undefined {
  const listed = traits?.filter(({ trait }) => trait !== 'no-primary-key') ?? []
  return listed.length === 0 ? undefined : createHash('sha256').update(JSON.stringify(listed)).digest('hex')
}

function object(one: 'view' | 'trigger' | 'routine' | 'event'): Thing<DatabaseArtifact> {
  return {
    one,
    count: ({ content }) => content[`${one}s`],
    names: ({ content }) => content.objects?.[`${one}s`],
  }
}
