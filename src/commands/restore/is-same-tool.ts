import type { Inventory } from '../../server/inventory'
import type { Manifest } from '../../snapshot/manifest'

/** Whether a dump of what is restored is made by the tool and the server of the stored dump: only then have equal rows equal text. */
export function isSameTool({ server }: Manifest, inventory: Inventory | undefined): boolean {
  const { database } = server
  return (
    database !== undefined &&
    inventory !== undefined &&
    database.dumpTool === inventory.dumpTool &&
    database.flavor === inventory.server.flavor &&
    database.version === inventory.server.version
  )
}
