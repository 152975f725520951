import type { DatabaseAccess } from '../client/database-access'
import type { SqlRequest } from '../client/run-sql'

/** Whether a database has triggers that the login may see. */
export async function hasTriggers(request: {
  server: { runSql(request: SqlRequest): Promise<string> }
  access: DatabaseAccess
  database: string
  signal?: AbortSignal | undefined
}): Promise<boolean> {
  const { server, access, database, signal } = request
  const schema = `_utf8 x'${Buffer.from(database).toString('hex')}'`
  const sql = `SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${schema};`
  const count = await server.runSql({ access, sql, name: 'the count of the triggers', signal })
  return count.trim() !== '0'
}
