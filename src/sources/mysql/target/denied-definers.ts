import { defined } from '../../../runtime/defined'
import type { DatabaseAccess } from '../client/database-access'
import type { SqlRequest } from '../client/run-sql'
import { quotedDefiner, quotedIdentifier } from '../client/sql-names'

/** Why the login may not create objects in a name: it lacks a right, or the name is one that SYSTEM_USER protects. */
export type Denial = 'right' | 'system-user'

/** No event has this name. */
const noEvent = 'make-a-backup: no event has this name'

/** Far more than a database has. */
const definersMax = 100

/**
 * Which of these names the login may not use, by asking the server: it looks at the name before it finds that there is no
 * such event, and not even a database, so nothing is written (tried on MySQL 9.7, MariaDB 10.5, 10.11 and 11.8). Rights
 * alone do not show it: MySQL keeps names of accounts with SYSTEM_USER for others that have it, and most logins may not see
 * who does. What cannot be found out is not in the result.
 */
export async function deniedDefiners(
  ask: (request: SqlRequest) => Promise<string>,
  request: { access: DatabaseAccess; database: string; definers: readonly string[]; signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<string, Denial>> {
  const { access, database, signal } = request
  const definers = request.definers.slice(0, definersMax)
  if (definers.length === 0) return new Map()
  const event = `${quotedIdentifier(database)}.${quotedIdentifier(noEvent)}`
  const sql = definers.map(
    definer => `ALTER DEFINER=${quotedDefiner(definer)} EVENT ${event} ENABLE;\nSHOW ERRORS;\nSELECT '${asked}';`,
  )
  const name = 'the question which names the database user may use'
  const answer = await ask({ access, sql: sql.join('\n'), name, goesOn: true, ...defined({ signal }) }).catch(() => '')
  signal?.throwIfAborted()
  const answers = answer.split(new RegExp(`^${asked}$`, 'm'))
  const denied = new Map<string, Denial>()
  for (const [index, definer] of definers.entries()) {
    const denial = /^Error\t1227\t(.*)$/m.exec(answers[index] ?? '')?.[1]
    if (denial !== undefined) denied.set(definer, denial.includes('SYSTEM_USER') ? 'system-user' : 'right')
  }
  return denied
}

const asked = 'asked'
