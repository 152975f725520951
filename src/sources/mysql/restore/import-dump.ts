import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { codecsOf, decode } from '../../../pipeline/codec'
import type { Compression } from '../../../pipeline/compression'
import { type ReadableObject, readArtifact } from '../../../repository/artifact/reader'
import type { Repository } from '../../../repository/repository'
import { sendToJob } from '../../../server/send-to-job'
import { eventsLast, type WithheldSql } from '../check/events/events-last'
import type { DatabaseAccess } from '../client/database-access'
import type { DatabaseServer } from '../database-server'

/** A stored dump that was read and checked before. */
export interface StoredDump extends ReadableObject {
  compression: Compression
}

export interface ImportContext {
  repository: Repository
  server: Pick<DatabaseServer, 'openImport'>
  access: DatabaseAccess
  /** Whether the server has gzip, so that the dump is sent compressed. */
  hasGzip: boolean
  signal: AbortSignal
  /** Receives how many bytes of the object have been read. */
  onProgress?: (bytes: number) => void
}

/**
 * Imports a dump into an existing database, and returns the SQL that is withheld: the final forms of its views, which
 * may use tables of a database that comes later, and its events, which could change rows before they are compared.
 * Error messages have no row data.
 */
export async function importDump(dump: StoredDump, database: string, context: ImportContext): Promise<WithheldSql> {
  const { repository, server, access, hasGzip, signal, onProgress } = context
  const sql = eventsLast({ areWithheld: true })
  const intake = await server.openImport({
    access,
    database,
    compression: hasGzip ? 'gzip' : 'none',
    where: line => sql.where(line),
    signal,
  })
  // It is decompressed a moment later: the lowest level is enough.
  const travel = hasGzip ? [createGzip({ level: 1, chunkSize: 256 * 1024 })] : []
  await sendToJob(intake, input =>
    readArtifact(repository, dump, {
      filter: decode(codecsOf(dump)),
      into: [sql.stream, ...travel, input],
      signal,
      onProgress,
    }),
  )
  return sql.withheld()
}

/** The session settings at the head of a dump; withheld SQL comes without them. */
const session = `SET NAMES utf8mb4;
SET SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO', TIME_ZONE = '+00:00', FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0;
`

/** Imports withheld SQL. `what`: for messages, `the views`. */
export async function importWithheld(
  sql: Buffer,
  what: string,
  database: string,
  context: ImportContext,
): Promise<void> {
  if (sql.length === 0) return
  const { server, access, signal } = context
  const intake = await server.openImport({ access, database, compression: 'none', where: () => what, signal })
  await sendToJob(intake, input => pipeline([Readable.from([Buffer.from(session), sql]), input]))
}
