import { messageOf } from '../../../runtime/errors'
import type { DatabaseAccess } from '../client/database-access'
import { alterDatabase, createDatabase, type DatabaseDefaults, dropDatabase } from '../client/database-statements'
import type { DatabaseServer } from '../database-server'

/** Others may be using what is to be made or dropped; the server's own patience is a day or a year. */
const lockWait = 'SET lock_wait_timeout = 120;\n'

/** Where SQL of ours is run. */
export interface SqlPlace {
  server: Pick<DatabaseServer, 'runSql'>
  access: DatabaseAccess
  /** Ends it. A rollback goes on although the run is cancelled, and has none. */
  signal?: AbortSignal
}

/** Runs SQL of ours; `name` is for messages. */
export async function runOwnSql({ server, access, signal }: SqlPlace, sql: string, name: string): Promise<void> {
  await server.runSql({ access, sql: `${lockWait}${sql}`, name, ...(signal === undefined ? {} : { signal }) })
}

/** Empties a database, and makes it if it is not there. */
export async function remakeDatabase(
  place: SqlPlace,
  database: string,
  defaults: DatabaseDefaults,
  name: string,
): Promise<void> {
  try {
    await runOwnSql(place, `${dropDatabase(database)}\n${createDatabase(database, defaults)}`, name)
  } catch (error) {
    // A file that is not the server's own keeps the folder of the database; everything in it is gone by then.
    if (!/\(error 1010\)/.test(messageOf(error))) throw error
    await runOwnSql(place, alterDatabase(database, defaults), name)
  }
}

/**
 * Ends connections by which the same user still uses a database: an import whose link died in silence goes on waiting
 * for its next line, and holds the tables. What cannot be ended, or seen, is left.
 */
export async function endOwnConnections({ server, access }: SqlPlace, database: string): Promise<void> {
  const hex = Buffer.from(database).toString('hex').toUpperCase()
  const user = "LEFT(USER(), CHAR_LENGTH(USER()) - CHAR_LENGTH(SUBSTRING_INDEX(USER(), '@', -1)) - 1)"
  const sql = `SELECT ID FROM information_schema.PROCESSLIST
    WHERE DB = _utf8 x'${hex}' AND USER = ${user} AND ID <> CONNECTION_ID();`
  const name = 'the end of old connections'
  const found = await server.runSql({ access, sql, name }).catch(() => '')
  for (const id of found.split('\n').filter(line => /^\d+$/.test(line)))
    await server.runSql({ access, sql: `KILL ${id};`, name }).catch(() => {})
}
