import type { Compression } from '../../pipeline/compression'
import { runJob } from '../../server/job'
import { explainFailure } from '../../server/job-errors'
import type { Connection } from '../../ssh/remote'
import { clientLines } from '../mysql/client/client-request'
import type { DatabaseAccess } from '../mysql/client/database-access'
import { parseInventory, type ServerInventory } from './parse-inventory'

/** What the server is asked to list. */
export interface InventoryRequest {
  access: DatabaseAccess
  databases: 'all' | readonly string[]
  paths: readonly string[]
  compression: Compression
  dumpOptions: readonly string[]
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** The job `inventory`. */
export async function inventory(connection: Connection, request: InventoryRequest): Promise<ServerInventory> {
  const { text } = await runJob(
    connection,
    'inventory',
    [
      ...clientLines(request),
      ...request.paths.map(path => ['path', path] as const),
      ['compression', request.compression],
    ],
    { explain: failure => explainFailure('the inventory', failure), signal: request.signal },
  )
  return parseInventory(text)
}
