import { CheckError } from '../../../pipeline/check-error'
import { compareInventory, describeDifferences, type InventoryDifference } from '../check/compare-inventory'
import type { DumpContent } from '../check/dump-content'
import type { DatabaseServer } from '../database-server'
import type { InventoryRequest } from '../inventory/take-inventory'
import type { DatabasePlan } from '../plan/plan-database'

/**
 * Holds a finished dump against what the server listed before it. Where they differ the server is asked again: what
 * came or went in the meantime is no fault. Throws CheckError naming what remains: a dump tool leaves out in silence
 * what its user may not see.
 */
export async function confirmDump(
  {
    server,
    ...request
  }: Pick<InventoryRequest, 'access' | 'dumpOptions' | 'signal'> & {
    server: Pick<DatabaseServer, 'inventory'>
  },
  { listed, selection }: Pick<DatabasePlan, 'listed' | 'selection'>,
  dumped: DumpContent,
): Promise<void> {
  const excludedTables = new Set(selection.excluded)
  const before = compareInventory({ listed, dumped, excludedTables })
  if (before.length === 0) return
  const { inventory } = await server.inventory({ ...request, databases: [listed.name] })
  const now = inventory.databases.find(database => database.name === listed.name)
  const after = now === undefined ? before : compareInventory({ listed: now, dumped, excludedTables })
  // What both listings find missing was there all the time; what only one finds came or went.
  const lasting = before.filter(difference => after.some(other => isSame(difference, other)))
  if (lasting.length === 0) return
  throw new CheckError(
    `The dump of database ${JSON.stringify(listed.name)} does not hold what the server lists: ${describeDifferences(lasting)}.`,
    {
      advice:
        'A dump leaves out in silence what its user may not see: check the grants of the database user (SELECT, SHOW VIEW, TRIGGER, EVENT, and for routines SELECT on mysql.proc or SHOW_ROUTINE).',
    },
  )
}

function isSame(one: InventoryDifference, other: InventoryDifference): boolean {
  return one.kind === other.kind && one.name === other.name && one.missing === other.missing
}
