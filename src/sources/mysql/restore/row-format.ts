import type { Manifest } from '../../../repository/manifest/manifest'
import type { Inventory } from '../inventory/inventory'

/**
 * How comparable two dumps of the same rows are. `identical`: the same version of tool and server, so equal rows have
 * equal text. `same-series`: one flavour and series of both, which write a row in one way, maybe laid out differently.
 * `unknown`: another version may write a row differently.
 */
export type RowFormat = 'identical' | 'same-series' | 'unknown'

/** Of the stored dump, and one of what is restored into this server. */
export function rowFormatOf({ server }: Manifest, inventory: Inventory | undefined): RowFormat {
  const from = server.database
  if (from === undefined || inventory === undefined) return 'unknown'
  const to = inventory.server
  const isSeries =
    from.flavor === to.flavor &&
    seriesOf(from.version) === seriesOf(to.version) &&
    toolSeries(from.dumpTool) === toolSeries(inventory.dumpTool)
  if (!isSeries) return 'unknown'
  return from.dumpTool === inventory.dumpTool && from.version === to.version ? 'identical' : 'same-series'
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

/**
 * `mysqldump  Ver 8.0.39 for Linux`, `… Ver 10.19 Distrib 10.11.6-MariaDB, for …`, `mariadb-dump from 11.4.4-MariaDB,
 * …`.
 */
function toolSeries(tool: string): string {
  const [, series] = /(?:Distrib|from) (\d+\.\d+)/.exec(tool) ?? /Ver (\d+\.\d+)/.exec(tool) ?? []
  return series === undefined ? tool : `${/mariadb/i.test(tool) ? 'MariaDB' : 'MySQL'} ${series}`
}
