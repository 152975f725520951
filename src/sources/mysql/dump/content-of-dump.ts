import type { RecordedDigest } from '../../../repository/encryption/recorded-digest'
import type { DatabaseAccount, DatabaseArtifact } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import type { DumpContent } from '../check/dump-content'
import type { DatabaseInventory, Inventory } from '../inventory/inventory'
import { recordTraits } from '../traits/record-traits'

/** A dump, with its digests as a manifest records them. */
export function recordedDump(content: DumpContent, recorded: RecordedDigest): DumpContent {
  const tables = content.tables.map(table => ({ ...table, sha256: recorded(table.sha256) }))
  return { ...content, sha256: recorded(content.sha256), tables }
}

/** The content of a dump for its manifest, with what the dump does not say about its database. */
export function contentOfDump(
  { bytes, sha256, tables, views, triggers, routines, events, longestStatementBytes }: DumpContent,
  listed: Pick<DatabaseInventory, 'characterSet' | 'collation' | 'definers' | 'tables' | 'traits'>,
  { flavor }: Pick<Inventory['server'], 'flavor'>,
  accounts?: DatabaseAccount[],
): DatabaseArtifact['content'] {
  const { characterSet, collation, definers } = listed
  const names = new Set(tables.map(({ name }) => name))
  const traits = recordTraits(listed, { tables: names, longestStatementBytes, flavor })
  return {
    ...{ bytes, sha256, tables },
    views: views.length,
    triggers: triggers.length,
    routines: routines.length,
    events: events.length,
    objects: { views, triggers, routines, events },
    definers: [...new Set(definers)],
    ...defined({ accounts }),
    ...{ traits, longestStatementBytes },
    ...{ characterSet, collation },
  }
}
