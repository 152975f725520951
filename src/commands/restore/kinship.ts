import type { Inventory } from '../../server/inventory'
import type { Manifest } from '../../snapshot/manifest'

/**
 * How alike two dumps of the same rows are. `twin`: made by the same tool from the same version of server, so that equal rows have equal
 * text. `series`: of one flavour and series of server, which write a row in one way, though a tool may lay them out in another.
 * `stranger`: another version may write a row differently.
 */
export type Kinship = 'twin' | 'series' | 'stranger'

/** Of the stored dump, and one of what is restored into this server. */
export function kinshipOf({ server }: Manifest, inventory: Inventory | undefined): Kinship {
  const from = server.database
  if (from === undefined || inventory === undefined) return 'stranger'
  const to = inventory.server
  if (from.flavor !== to.flavor || seriesOf(from.version) !== seriesOf(to.version)) return 'stranger'
  return from.dumpTool === inventory.dumpTool && from.version === to.version ? 'twin' : 'series'
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}
