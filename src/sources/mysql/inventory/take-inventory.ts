import type { Compression } from '../../../pipeline/compression'
import { runJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { explainClientJob } from '../client/client-errors'
import { clientLines } from '../client/client-request'
import type { DatabaseAccess } from '../client/database-access'
import { wantsTraits } from '../traits/read-trait'
import { parseInventory, type ServerInventory } from './parse-inventory'

/** What to list on the database server. */
export interface InventoryRequest {
  access: DatabaseAccess
  databases: 'all' | readonly string[]
  /** Of the dumps that follow; the connection options also apply here. */
  dumpOptions?: readonly string[]
  /** Of the dumps that follow: the server must have its tool. */
  compression?: Compression
  /** Also what a restore may stumble over, and the settings of the server. */
  traits?: boolean
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** The job `inventory`, for databases. */
export async function takeInventory(
  connection: Connection,
  { access, databases, dumpOptions = [], compression = 'none', traits = false, signal }: InventoryRequest,
): Promise<ServerInventory> {
  const { text } = await runJob(
    connection,
    'inventory',
    [
      ...clientLines({ access, databases, dumpOptions }),
      ['compression', compression],
      ...(traits ? [wantsTraits] : []),
    ],
    { explain: failure => explainClientJob('the inventory', failure), signal },
  )
  return parseInventory(text)
}
