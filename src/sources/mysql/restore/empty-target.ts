import { alterDatabase, createDatabase } from '../client/database-statements'
import type { DatabaseInventory } from '../inventory/inventory'
import type { PlannedDatabase } from '../target/planned-database'
import { type DatabaseWork, serverOf } from './database-work'
import { remakeDatabase, runOwnSql } from './remake-database'
import type { DatabaseState } from './rollback/database-state'

/**
 * What was not touched after all, since a lock or a missing right kept it, is not to be undone: it may have been
 * written to since.
 */
export async function emptyTargetOrLeave(
  planned: PlannedDatabase,
  state: DatabaseState,
  work: DatabaseWork,
): Promise<void> {
  try {
    await emptyTarget(planned, work)
  } catch (error) {
    if (!work.context.signal.aborted && (await isIntact(planned, work))) {
      state.phase = 'intact'
      work.context.save()
    }
    throw error
  }
}

async function isIntact({ target, present }: PlannedDatabase, work: DatabaseWork): Promise<boolean> {
  const { inventory } = await serverOf(work).inventory({ access: work.settings.mysql, databases: [target] })
  const now = inventory.databases.find(({ name }) => name === target)
  return now !== undefined && present !== undefined && namesIn(now) === namesIn(present)
}

function namesIn({ tables, triggers, routines, events }: DatabaseInventory): string {
  const names = [
    ...tables.map(({ kind, name }) => `${kind} ${name}`),
    ...triggers.map(({ name }) => `trigger ${name}`),
    ...routines.map(({ kind, name }) => `${kind} ${name}`),
    ...events.map(name => `event ${name}`),
  ]
  return JSON.stringify(names.sort())
}

/** An empty database under the target's name, with the defaults of the one that was backed up. */
export async function emptyTarget(
  { target, state, artifact, present }: PlannedDatabase,
  work: DatabaseWork,
): Promise<void> {
  const { content } = artifact
  const place = { server: serverOf(work), access: work.settings.mysql, signal: work.context.signal }
  const name = `the making of database ${JSON.stringify(target)}`
  if (state === 'absent') await runOwnSql(place, createDatabase(target, content), name)
  else if (state === 'filled') await remakeDatabase(place, target, content, name)
  else if (present?.collation !== content.collation) await runOwnSql(place, alterDatabase(target, content), name)
}
