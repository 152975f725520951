import { messageOf } from '../../../runtime/errors'
import type { DatabaseAccess } from '../client/database-access'
import { alterDatabase, createDatabase, type DatabaseDefaults, dropDatabase } from '../client/database-statements'
import type { DatabaseServer } from '../database-server'
import type { DatabaseState } from './rollback/database-state'

/** Seconds: others may be using the database, and the server's default is a day or a year. */
const lockWait = 'SET lock_wait_timeout = 120;\n'

/** Where SQL of this action runs. */
export interface SqlPlace {
  server: Pick<DatabaseServer, 'runSql'>
  access: DatabaseAccess
  /** None for a rollback, which continues when the run is cancelled. */
  signal?: AbortSignal
}

/** Runs SQL of this action; `name` is for messages. */
export async function runOwnSql({ server, access, signal }: SqlPlace, sql: string, name: string): Promise<void> {
  await server.runSql({ access, sql: `${lockWait}${sql}`, name, ...(signal === undefined ? {} : { signal }) })
}

/** Empties a database, or creates it. */
export async function remakeDatabase(
  place: SqlPlace,
  database: string,
  defaults: DatabaseDefaults,
  name: string,
): Promise<void> {
  try {
    await runOwnSql(place, `${dropDatabase(database)}\n${createDatabase(database, defaults)}`, name)
  } catch (error) {
    // A foreign file keeps the server from removing the folder of the database; the tables are gone by then.
    if (!/\(error 1010\)/.test(messageOf(error))) throw error
    await runOwnSql(place, alterDatabase(database, defaults), name)
  }
}

/** Rolls back a database that was absent or empty before the restore. */
export async function resetDatabase(place: SqlPlace, before: Omit<DatabaseState, 'phase'>): Promise<void> {
  const { target, was } = before
  const name = `the rollback of database ${JSON.stringify(target)}`
  await endOwnConnections(place, target)
  if (was === 'absent') await runOwnSql(place, dropDatabase(target), name)
  else await remakeDatabase(place, target, before, name)
}

/**
 * Ends other connections of this user to a database: an import whose connection broke keeps waiting for its next line,
 * and locks the tables. Connections that cannot be ended or seen are left.
 */
export async function endOwnConnections({ server, access }: SqlPlace, database: string): Promise<void> {
  const hex = Buffer.from(database).toString('hex').toUpperCase()
  const user = "LEFT(USER(), CHAR_LENGTH(USER()) - CHAR_LENGTH(SUBSTRING_INDEX(USER(), '@', -1)) - 1)"
  const sql = `SELECT ID FROM information_schema.PROCESSLIST
    WHERE DB = _utf8 x'${hex}' AND USER = ${user} AND ID <> CONNECTION_ID();`
  const name = 'ending old connections'
  const found = await server.runSql({ access, sql, name }).catch(() => '')
  for (const id of found.split('\n').filter(line => /^\d+$/.test(line)))
    await server.runSql({ access, sql: `KILL ${id};`, name }).catch(() => {})
}
