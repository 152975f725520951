import { type JobFailure, runJob } from '../../../server/job'
import type { Request } from '../../../server/request'
import type { Connection } from '../../../ssh/remote'
import { clientLines, toArgument } from './client-request'
import type { DatabaseAccess } from './database-access'
import { importError } from './import-error'

/** SQL for the database client on the server. */
export interface SqlRequest {
  access: DatabaseAccess
  sql: string
  /** The current database. */
  database?: string
  /** The task, for messages: `the making of database "shop"`. */
  name: string
  /** Goes on after a statement that fails. */
  goesOn?: boolean
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** The job `sql`. Returns what it printed, without headings. Throws by the client's error. */
export async function runSql(connection: Connection, request: SqlRequest): Promise<string> {
  return (await runJob(connection, 'run-sql', sqlLines(request), sqlJob(request))).text
}

/** The request of the job. `options`: more for the client. */
export function sqlLines(
  { access, sql, database, goesOn = false }: SqlRequest,
  options: readonly string[] = [],
): Request {
  const current = database === undefined ? [] : [`--database=${database}`]
  return [
    ...clientLines({ access, databases: [], dumpOptions: [] }),
    ...[...options, ...(goesOn ? ['--force'] : []), ...current].map(toArgument),
    ['text', sql],
  ]
}

export function sqlJob({ name, signal }: SqlRequest) {
  return { explain: (failure: JobFailure) => importError(name, failure, () => undefined), signal }
}
