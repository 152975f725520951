import type { Manifest } from '../../../repository/manifest/manifest'
import type { Inventory } from '../inventory/inventory'
import { compareSeries } from '../target/server-version'

/**
 * How comparable two dumps of the same rows are. `identical`: same version of tool and server, so equal rows have equal
 * text. `same-series`: same product and series, so rows are written alike but maybe laid out differently. `unknown`:
 * another version may write them differently.
 */
export type RowFormat = 'identical' | 'same-series' | 'unknown'

/** For the stored dump, and a dump of what is restored to this server. */
export function rowFormatOf({ server }: Manifest, inventory: Inventory | undefined): RowFormat {
  const from = server.database
  if (from === undefined || inventory === undefined) return 'unknown'
  const to = inventory.server
  const isSeries =
    from.flavor === to.flavor &&
    compareSeries(from.version, to.version) === 0 &&
    toolSeries(from.dumpTool) === toolSeries(inventory.dumpTool)
  if (!isSeries) return 'unknown'
  return from.dumpTool === inventory.dumpTool && from.version === to.version ? 'identical' : 'same-series'
}

/** `mysqldump  Ver 8.0.39 for Linux`, `… Ver 10.19 Distrib 10.11.6-MariaDB, …`, `mariadb-dump from 11.4.4-MariaDB`. */
function toolSeries(tool: string): string {
  const [, series] = /(?:Distrib|from) (\d+\.\d+)/.exec(tool) ?? /Ver (\d+\.\d+)/.exec(tool) ?? []
  return series === undefined ? tool : `${/mariadb/i.test(tool) ? 'MariaDB' : 'MySQL'} ${series}`
}
