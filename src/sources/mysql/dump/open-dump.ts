import { type CompressionSettings, compressionLines } from '../../../pipeline/compression'
import { type Job, startJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { explainClientJob } from '../client/client-errors'
import { locationOptions, optionLines, toArgument } from '../client/client-request'
import type { DatabaseAccess } from '../client/database-access'
import type { Flavor } from '../inventory/inventory'
import type { DumpArguments } from './dump-arguments'

/** Which database to dump, how, and with which compression. */
export interface DumpRequest {
  access: DatabaseAccess
  database: string
  /** Of the server, where there are tools of both. */
  flavor: Flavor
  arguments: DumpArguments
  compression: CompressionSettings
  /** Ends it. */
  signal: AbortSignal
}

/** The job `dump`. */
export function openDump(connection: Connection, request: DumpRequest): Promise<Job> {
  const { access, database, flavor, signal } = request
  const { main, structure } = request.arguments
  const location = locationOptions(access)
  return startJob(
    connection,
    'open-dump',
    [
      ...optionLines(access),
      ...[...location, ...main].map(toArgument),
      ...(structure.length === 0 ? [] : [...location, ...structure]).map(value => ['structure', value] as const),
      ['flavor', flavor],
      ...compressionLines(request.compression),
    ],
    { explain: failure => explainClientJob(`the dump of database ${JSON.stringify(database)}`, failure), signal },
  )
}
