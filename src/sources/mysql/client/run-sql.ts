import { runJob } from '../../../server/job'
import type { Request } from '../../../server/request'
import type { Connection } from '../../../ssh/remote'
import { clientLines, toArgument } from './client-request'
import type { DatabaseAccess } from './database-access'
import { importError } from './import-error'

/** SQL for the database client on the server. */
export interface SqlRequest {
  access: DatabaseAccess
  sql: string
  /** The database that is chosen for it. */
  database?: string
  /** What it is about, for messages: `the making of database "shop"`. */
  name: string
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** The job `sql`. Returns what it printed, without headings. Throws as the client's error says. */
export async function runSql(
  connection: Connection,
  { access, sql, database, name, signal }: SqlRequest,
): Promise<string> {
  const chosen: Request = database === undefined ? [] : [toArgument(`--database=${database}`)]
  const { text } = await runJob(
    connection,
    'run-sql',
    [
      ...clientLines({ access, databases: [], dumpOptions: [] }),
      toArgument('--loose-skip-print-query-on-error'),
      ...chosen,
      ['text', sql],
    ],
    { explain: failure => importError(name, failure, () => undefined), signal },
  )
  return text
}
