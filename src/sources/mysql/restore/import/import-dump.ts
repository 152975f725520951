import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { codecsOf, decode } from '../../../../pipeline/codec'
import type { Compression } from '../../../../pipeline/compression'
import { type ReadableObject, readArtifact } from '../../../../repository/artifact/reader'
import type { DatabaseArtifact } from '../../../../repository/manifest/manifest'
import { ActionError, UserError } from '../../../../runtime/errors'
import { sendToJob } from '../../../../server/send-to-job'
import type { HeldObject } from '../../check/split/held-object'
import { splitDump } from '../../check/split/split-dump'
import { openSession } from '../../client/import-session'
import type { SqlRequest } from '../../client/run-sql'
import { openImportAccount } from './import-account'
import type { ImportTools } from './import-tools'

/** A stored dump that was read and checked before. */
export interface StoredDump extends ReadableObject {
  /** The one that was dumped. */
  database: string
  compression: Compression
}

/** Where a dump goes, and what is known of its contents. */
export interface ImportPlace {
  database: string
  content: Pick<DatabaseArtifact['content'], 'traits'>
  /** Of the server that it comes from; absent: this one. */
  settings?: Readonly<Record<string, string>> | undefined
}

/**
 * Imports the tables and rows of a dump into an existing database, with rights on nothing else, and returns its other
 * objects, which are still to be made. `onProgress` receives how many bytes of the stored dump have been read. Error
 * messages have no row data.
 */
export async function importDump(
  dump: StoredDump,
  place: ImportPlace,
  tools: ImportTools,
  onProgress: (bytes: number) => void,
): Promise<readonly HeldObject[]> {
  const { database } = place
  const account = await openImportAccount(database, tools, place.content.traits)
  let objects: readonly HeldObject[]
  try {
    objects = await importAs(account.access, dump, place, { ...tools, onProgress })
  } catch (error) {
    // What remains is removed with the rollback.
    await account.close().catch(() => {})
    throw account.access === tools.access ? error : explainRights(error, database)
  }
  await account.close()
  return objects
}

/** Access denied, in the error references of MySQL and MariaDB; 1290: for a file, by --secure-file-priv. */
const denied = /\(error (1044|1045|1142|1143|1227|1290|1370|1410|1419)\)/

/** The account of the import may do everything in the database: a dump that wants more is not one of this database alone. */
function explainRights(error: unknown, database: string): unknown {
  if (!(error instanceof ActionError) || !denied.test(error.message)) return error
  return new UserError(
    `The dump wants more than its database ${JSON.stringify(database)}, and was refused: ${error.message}`,
    {
      cause: error,
      detail: error.detail,
      advice:
        'Someone may have changed the dump: choose another recovery point, and find out who can write to the bucket. If you know why the statement is there, "allow-entries: statements" imports it with all rights of the database user.',
    },
  )
}

async function importAs(
  access: ImportTools['access'],
  dump: StoredDump,
  { database, settings: old = {} }: ImportPlace,
  tools: ImportTools & { onProgress: (bytes: number) => void },
): Promise<readonly HeldObject[]> {
  const { repository, server, target, hasGzip, areTrusted, signal, onProgress } = tools
  const runSql = (request: SqlRequest) => server.runSql(request)
  const split = splitDump(dump.database, await openSession(access, { runSql, old, areTrusted, signal }))
  const intake = await server.openImport({
    access,
    database,
    flavor: target.found.inventory.server.flavor,
    compression: hasGzip ? 'gzip' : 'none',
    where: line => split.where(line),
    signal,
  })
  // It is decompressed a moment later: the lowest level is enough.
  const travel = hasGzip ? [createGzip({ level: 1, chunkSize: 256 * 1024 })] : []
  await sendToJob(intake, input =>
    readArtifact(repository, dump, {
      filter: decode(codecsOf(dump)),
      into: [split.stream, ...travel, input],
      signal,
      onProgress,
    }),
  )
  return split.objects
}

/** Runs SQL of ours, of any size, in a database. `where`: what is on a line of it, for messages. */
export async function importSql(
  sql: readonly Buffer[],
  database: string,
  where: (line: number) => string | undefined,
  { server, access, target, signal }: Pick<ImportTools, 'server' | 'access' | 'target' | 'signal'>,
): Promise<void> {
  const { flavor } = target.found.inventory.server
  const intake = await server.openImport({ access, database, flavor, compression: 'none', where, signal })
  await sendToJob(intake, input => pipeline([Readable.from(sql), input]))
}
