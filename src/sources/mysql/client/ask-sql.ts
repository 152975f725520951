import type { Readable } from 'node:stream'
import { startJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { clientLines, toArgument } from './client-request'
import { importError } from './import-error'
import type { SqlRequest } from './run-sql'

/** More than a number or a short word needs. */
const lineBytesMax = 64 * 1024

/**
 * The first line that a statement of somebody else's returns, as the client prints it without headings, cut off where
 * it is very long; undefined without a row. What comes behind it is not read, however much it is. Throws as the
 * client's error says.
 */
export async function askSql(
  connection: Connection,
  { access, sql, database, name, signal }: SqlRequest,
): Promise<string | undefined> {
  const job = await startJob(
    connection,
    'run-sql',
    [
      ...clientLines({ access, databases: [], dumpOptions: [] }),
      // No commands of the client, and rows as they come: else it keeps all of them first.
      ...['--binary-mode', '--quick', '--loose-skip-print-query-on-error'].map(toArgument),
      ...(database === undefined ? [] : [toArgument(`--database=${database}`)]),
      ['text', sql],
    ],
    { explain: failure => importError(name, failure, () => undefined), signal },
  )
  try {
    return await firstLine(job.body)
  } finally {
    job.close()
  }
}

async function firstLine(body: Readable): Promise<string | undefined> {
  let read = Buffer.alloc(0)
  for await (const chunk of body) {
    read = Buffer.concat([read, chunk])
    const end = read.indexOf('\n')
    if (end >= 0) return read.toString('utf8', 0, Math.min(end, lineBytesMax))
    if (read.length > lineBytesMax) return read.toString('utf8', 0, lineBytesMax)
  }
  return read.length === 0 ? undefined : read.toString('utf8')
}
