import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import type { ServerInventory } from '../../../sources/host/parse-inventory'
import type { DatabaseInventory } from '../../../sources/mysql/inventory/inventory'

/** What was found on the server, a line each, for the log. */
export function describeInventory({ os, inventory, paths, rsync, tar }: ServerInventory): string[] {
  return [
    os,
    ...(inventory === undefined
      ? []
      : [
          `${inventory.server.flavor === 'mariadb' ? 'MariaDB' : 'MySQL'} ${inventory.server.version}; dump tool: ${inventory.dumpTool}`,
          ...inventory.databases.map(describeDatabase),
        ]),
    ...paths.map(({ path, state }) => `folder ${path}: ${state.replaceAll('-', ' ')}`),
    ...(rsync === undefined || tar === undefined ? [] : [`${rsync.replace(/ +/g, ' ')}; ${tar}`]),
  ]
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
