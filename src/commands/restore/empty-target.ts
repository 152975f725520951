import { alterDatabase, createDatabase } from '../../sources/mysql/client/database-statements'
import type { DatabaseInventory } from '../../sources/mysql/inventory/inventory'
import { remakeDatabase, runOwnSql } from '../../sources/mysql/restore/remake-database'
import type { PlannedDatabase } from '../../sources/mysql/target/planned-database'
import type { DatabaseState } from './restore-state'
import type { RestoreWork } from './restore-work'

/** What was not touched after all, since somebody held it or a right was missing, is not to be undone: it may have been written to since. */
export async function emptyTargetOrLeave(
  planned: PlannedDatabase,
  state: DatabaseState,
  work: RestoreWork,
): Promise<void> {
  try {
    await emptyTarget(planned, work)
  } catch (error) {
    if (!work.signal.aborted && (await isIntact(planned, work))) {
      state.phase = 'intact'
      work.save()
    }
    throw error
  }
}

async function isIntact(
  { target, present }: PlannedDatabase,
  { server, inputs }: RestoreWork,
): Promise<boolean> {
  const request = {
    access: inputs.mysql,
    databases: [target],
    paths: [],
    compression: 'none',
    dumpOptions: [],
  } as const
  const { inventory } = await server.inventory(request)
  const now = inventory?.databases.find(({ name }) => name === target)
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
  work: RestoreWork,
): Promise<void> {
  const { content } = artifact
  const place = { server: work.server, access: work.inputs.mysql, signal: work.signal }
  const name = `the making of database ${JSON.stringify(target)}`
  if (state === 'absent') await runOwnSql(place, createDatabase(target, content), name)
  else if (state === 'filled') await remakeDatabase(place, target, content, name)
  else if (present?.collation !== content.collation)
    await runOwnSql(place, alterDatabase(target, content), name)
}
