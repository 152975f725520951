import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { codecsOf, decode } from '../../../../pipeline/codec'
import type { Compression } from '../../../../pipeline/compression'
import { type ReadableObject, readArtifact } from '../../../../repository/artifact/reader'
import { sendToJob } from '../../../../server/send-to-job'
import type { HeldObject } from '../../check/split/held-object'
import { splitDump } from '../../check/split/split-dump'
import { openImportAccount } from './import-account'
import type { ImportTools } from './import-tools'

/** A stored dump that was read and checked before. */
export interface StoredDump extends ReadableObject {
  compression: Compression
}

/**
 * Imports the tables and rows of a dump into an existing database, with rights on nothing else, and returns its other
 * objects, which are still to be made. `onProgress` receives how many bytes of the stored dump have been read. Error
 * messages have no row data.
 */
export async function importDump(
  dump: StoredDump,
  database: string,
  tools: ImportTools,
  onProgress: (bytes: number) => void,
): Promise<readonly HeldObject[]> {
  const account = await openImportAccount(database, tools)
  let objects: readonly HeldObject[]
  try {
    objects = await importAs(account.access, dump, database, { ...tools, onProgress })
  } catch (error) {
    // What remains is removed with the rollback.
    await account.close().catch(() => {})
    throw error
  }
  await account.close()
  return objects
}

async function importAs(
  access: ImportTools['access'],
  dump: StoredDump,
  database: string,
  tools: ImportTools & { onProgress: (bytes: number) => void },
): Promise<readonly HeldObject[]> {
  const { repository, server, hasGzip, signal, onProgress } = tools
  const split = splitDump()
  const intake = await server.openImport({
    access,
    database,
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
  { server, access, signal }: Pick<ImportTools, 'server' | 'access' | 'signal'>,
): Promise<void> {
  const intake = await server.openImport({ access, database, compression: 'none', where, signal })
  await sendToJob(intake, input => pipeline([Readable.from(sql), input]))
}
