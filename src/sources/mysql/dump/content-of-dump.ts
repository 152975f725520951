import type { DatabaseAccount, DatabaseArtifact } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import type { DumpContent } from '../check/dump-content'
import type { DatabaseInventory } from '../inventory/inventory'

/** The content of a dump for its manifest, with what the dump does not say about its database. */
export function contentOfDump(
  { bytes, sha256, tables, views, triggers, routines, events }: DumpContent,
  { characterSet, collation, definers }: Pick<DatabaseInventory, 'characterSet' | 'collation' | 'definers'>,
  accounts?: DatabaseAccount[],
): DatabaseArtifact['content'] {
  return {
    ...{ bytes, sha256, tables },
    views: views.length,
    triggers: triggers.length,
    routines: routines.length,
    events: events.length,
    objects: { views, triggers, routines, events },
    definers: [...new Set(definers)],
    ...defined({ accounts }),
    ...{ characterSet, collation },
  }
}
