import type { CompressionSettings } from '../../../pipeline/compression'
import { compressionLines } from '../../../pipeline/compression-lines'
import { type Job, startJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { explainClientJob } from '../client/client-errors'
import { locationOptions, optionLines, toArgument } from '../client/client-request'
import type { DatabaseAccess } from '../client/database-access'
import type { DumpArguments } from './dump-arguments'

/** Which database to dump, with what, and how the dump travels. */
export interface DumpRequest {
  access: DatabaseAccess
  database: string
  arguments: DumpArguments
  compression: CompressionSettings
  /** Ends it. */
  signal: AbortSignal
}

/** The job `dump`. */
export function openDump(connection: Connection, request: DumpRequest): Promise<Job> {
  const { access, database, signal } = request
  const location = locationOptions(access)
  return startJob(
    connection,
    'open-dump',
    [
      ...optionLines(access),
      ...[...location, ...request.arguments.main].map(toArgument),
      ...(request.arguments.structure.length === 0
        ? []
        : [...location, ...request.arguments.structure].map(value => ['structure', value] as const)),
      ...compressionLines(request.compression),
    ],
    {
      explain: failure => explainClientJob(`the dump of database ${JSON.stringify(database)}`, failure),
      signal,
    },
  )
}
