import { CheckError } from '../../../pipeline/check-error'
import { compareInventory, describeDifferences, type InventoryDifference } from '../check/compare-inventory'
import type { DumpContent } from '../check/dump-content'
import type { DatabaseServer } from '../database-server'
import { hasTriggers } from '../inventory/has-triggers'
import type { InventoryRequest } from '../inventory/take-inventory'
import type { DatabasePlan } from '../plan/plan-database'

/**
 * Compares a finished dump with the inventory. Where they differ it takes another inventory: objects that were created
 * or dropped in the meantime are fine. Throws CheckError with the other differences: a dump tool silently leaves out
 * what its user may not see.
 */
export async function confirmDump(
  {
    server,
    ...request
  }: Omit<InventoryRequest, 'databases'> & { server: Pick<DatabaseServer, 'inventory' | 'runSql'> },
  { listed, selection, hasNoTriggers }: Pick<DatabasePlan, 'listed' | 'selection' | 'hasNoTriggers'>,
  dumped: DumpContent,
): Promise<void> {
  const { access, signal } = request
  if (hasNoTriggers && (await hasTriggers({ server, access, database: listed.name, signal })))
    throw new CheckError(
      `The database ${JSON.stringify(listed.name)} got its first trigger while it was dumped: the dump may lack it.`,
      { advice: 'Run the workflow again.' },
    )
  const excludedTables = new Set(selection.excluded)
  const before = compareInventory({ listed, dumped, excludedTables })
  if (before.length === 0) return
  const { inventory } = await server.inventory({ ...request, databases: [listed.name] })
  const now = inventory.databases.find(database => database.name === listed.name)
  const after = now === undefined ? before : compareInventory({ listed: now, dumped, excludedTables })
  // What differs in both listings existed all the time; what differs in one was created or dropped.
  const lasting = before.filter(difference => after.some(other => isSame(difference, other)))
  if (lasting.length === 0) return
  throw new CheckError(
    `The dump of database ${JSON.stringify(listed.name)} does not match what the server lists: ${describeDifferences(lasting)}.`,
    {
      advice:
        'A dump silently leaves out what its user may not see: check the grants of the database user (SELECT, SHOW VIEW, TRIGGER, EVENT, and for routines SELECT on mysql.proc or SHOW_ROUTINE).',
    },
  )
}

function isSame(one: InventoryDifference, other: InventoryDifference): boolean {
  return one.kind === other.kind && one.name === other.name && one.missing === other.missing
}
