import type { Readable } from 'node:stream'
import { startJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { type SqlRequest, sqlJob, sqlLines } from './run-sql'

/** More than a number or a short word needs. */
const lineBytesMax = 64 * 1024

/**
 * The first line that a user's statement returns, as the client prints it without headings, cut off when very long;
 * undefined without a row. The rest is not read. Throws by the client's error.
 */
export async function askSql(connection: Connection, request: SqlRequest): Promise<string | undefined> {
  // No commands of the client, and no buffering of all rows before the first.
  const lines = sqlLines(request, ['--binary-mode', '--quick'])
  const job = await startJob(connection, 'run-sql', lines, sqlJob(request))
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
