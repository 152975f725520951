import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { codecsOf, decode } from '../../../../pipeline/codec'
import type { Compression } from '../../../../pipeline/compression'
import { compressForTravel } from '../../../../pipeline/travel'
import { type ReadableObject, readArtifact } from '../../../../repository/artifact/reader'
import type { DatabaseArtifact } from '../../../../repository/manifest/manifest'
import { ActionError, UserError } from '../../../../runtime/errors'
import type { Intake } from '../../../../server/intake'
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

/** An import that waits for the content of a dump. */
export interface OpenedImport {
  /** For `pipeline`, from uncompressed SQL to what the job takes. */
  stages: readonly Duplex[]
  intake: Intake
  /** Once everything was sent and the job has ended: the other objects of the dump, which are still to be made. */
  finish(): Promise<readonly HeldObject[]>
  /** The error for the user when the job failed. What remains is removed with the rollback. */
  fail(error: unknown): Promise<unknown>
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
  const { repository, signal } = tools
  const opened = await openDumpImport(dump.database, place, tools)
  const { intake, stages } = opened
  try {
    await sendToJob(intake, input => {
      const filter = decode(codecsOf(dump))
      return readArtifact(repository, dump, { filter, into: [...stages, input], signal, onProgress })
    })
  } catch (error) {
    throw await opened.fail(error)
  }
  return opened.finish()
}

/** Opens an import as in `importDump`. `from`: the database that was dumped. */
export async function openDumpImport(from: string, place: ImportPlace, tools: ImportTools): Promise<OpenedImport> {
  const { database, settings: old = {} } = place
  const { server, target, travel, areTrusted, signal } = tools
  const { access, close } = await openImportAccount(database, tools, place.content.traits)
  const fail = async (error: unknown) => {
    await close().catch(() => {})
    return access === tools.access ? error : explainRights(error, database)
  }
  try {
    const runSql = (request: SqlRequest) => server.runSql(request)
    const split = splitDump(from, await openSession(access, { runSql, old, areTrusted, signal }))
    const intake = await server.openImport({
      ...{ access, database, flavor: target.found.inventory.server.flavor },
      compression: travel,
      where: line => split.where(line),
      signal,
    })
    const finish = async () => {
      await close()
      return split.objects
    }
    return { stages: [split.stream, ...compressForTravel(travel).stages], intake, finish, fail }
  } catch (error) {
    throw await fail(error)
  }
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
