import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { eventsLast } from '../../checks/events-last'
import { verifiedContent } from '../../checks/verified-content'
import type { Compression } from '../../server/compression'
import type { DatabaseAccess } from '../../server/database-access'
import type { RestoreServer } from '../../server/restore-server'
import { steadyRead } from '../../store/steady-read'
import type { Store } from '../../store/store'
import { feed } from './feed'

/** A dump in the store that was read and checked before. */
export interface StoredDump {
  key: string
  etag: string
  bytes: number
  sha256: string
  compression: Compression
}

export interface ImportContext {
  store: Store
  server: Pick<RestoreServer, 'openImport'>
  access: DatabaseAccess
  /** Whether the server has gzip, so that the dump travels small. */
  hasGzip: boolean
  signal: AbortSignal
  /** Told how many bytes of the object have been read. */
  onProgress?: (bytes: number) => void
}

/**
 * Imports a dump into a database that is there, without its events, and returns the SQL that makes them: an event that is due would run at
 * once, on rows that are still to be compared. Throws the first thing that went wrong; nothing of a row is in the message.
 */
export async function importDump(
  dump: StoredDump,
  database: string,
  context: ImportContext,
): Promise<{ events: Buffer }> {
  const { store, server, access, hasGzip, signal } = context
  const sql = eventsLast({ areWithheld: true })
  const intake = await server.openImport({
    access,
    database,
    compression: hasGzip ? 'gzip' : 'none',
    where: line => sql.where(line),
  })
  const stored = steadyRead(store, { key: dump.key, etag: dump.etag, sizeBytes: dump.bytes })
  let readBytes = 0
  stored.on('data', (chunk: Buffer) => {
    readBytes += chunk.length
    context.onProgress?.(readBytes)
  })
  stored.pause()
  await feed(intake, signal, input =>
    pipeline(
      [
        stored,
        ...verifiedContent(dump.compression, dump),
        sql.stream,
        // It is unpacked again a moment later: the least effort is right.
        ...(hasGzip ? [createGzip({ level: 1, chunkSize: 256 * 1024 })] : []),
        input,
      ],
      { signal },
    ),
  )
  return { events: sql.events() }
}

/** Makes the events of a database that is complete otherwise. */
export async function importEvents(events: Buffer, database: string, context: ImportContext): Promise<void> {
  if (events.length === 0) return
  const { server, access, signal } = context
  const where = () => 'the events'
  const intake = await server.openImport({ access, database, compression: 'none', where })
  await feed(intake, signal, input => pipeline([Readable.from([events]), input], { signal }))
}
