import { formatSize } from '../../../runtime/text/format-size'
import { productName } from '../../../runtime/text/product-name'
import { databaseCounts } from '../dump/database-counts'
import type { DatabaseInventory, Inventory } from './inventory'

/** What was found on the database server, line by line, for the log. */
export function describeInventory({ server, dumpTool, databases }: Inventory): string[] {
  return [`${productName(server.flavor)} ${server.version}; dump tool: ${dumpTool}`, ...databases.map(describeDatabase)]
}

function describeDatabase({ name, tables, triggers, routines, events }: DatabaseInventory): string {
  const views = tables.filter(({ kind }) => kind === 'view').length
  const sizeBytes = tables.reduce((sum, table) => sum + table.sizeBytes, 0)
  const counts = databaseCounts({
    tables: tables.length - views,
    views,
    triggers: triggers.length,
    routines: routines.length,
    events: events.length,
  })
  return `database ${JSON.stringify(name)}: ${counts.join(', ')}; ${formatSize(sizeBytes)} by the server's own estimate`
}
