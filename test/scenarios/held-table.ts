import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Services } from '../servers/services'

/**
 * Locks `table` for writing while `work` runs, as an ALTER TABLE on a live site does: a dump stops right before its
 * rows and waits there.
 */
export async function withHeldTable<T>(
  { services, database }: { services: Services; database: string },
  table: string,
  work: () => Promise<T>,
): Promise<T> {
  const options = [`--defaults-file=${services.mysql.clientConfig}`, '--unbuffered', '--skip-column-names']
  const client = spawn('mariadb', [...options, database], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(client, 'exit')
  try {
    client.stdin.write(`LOCK TABLES \`${table}\` WRITE; SELECT 'held';\n`)
    await once(client.stdout, 'data')
    return await work()
  } finally {
    client.stdin.end()
    await ended
  }
}
