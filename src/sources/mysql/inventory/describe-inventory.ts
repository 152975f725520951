import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import type { DatabaseInventory, Inventory } from './inventory'

/** What was found on the database server, a line each, for the log. */
export function describeInventory({ server, dumpTool, databases }: Inventory): string[] {
  return [`${flavorName(server.flavor)} ${server.version}; dump tool: ${dumpTool}`, ...databases.map(describeDatabase)]
}

/** As its makers write it. */
export function flavorName(flavor: string): string {
  return { mariadb: 'MariaDB', mysql: 'MySQL' }[flavor.toLowerCase()] ?? flavor
}

function describeDatabase({ name, tables, triggers, routines, events }: DatabaseInventory): string {
  const views = tables.filter(({ kind }) => kind === 'view').length
  const sizeBytes = tables.reduce((sum, table) => sum + table.sizeBytes, 0)
  const counts = [
    plural(tables.length - views, 'table'),
    plural(views, 'view'),
    plural(triggers.length, 'trigger'),
    plural(routines.length, 'routine'),
    plural(events.length, 'event'),
  ]
  return `database ${JSON.stringify(name)}: ${counts.join(', ')}; ${formatSize(sizeBytes)} by the server's own estimate`
}
