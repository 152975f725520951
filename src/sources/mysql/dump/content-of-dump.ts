import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { DumpContent } from '../check/dump-content'
import type { DatabaseDefaults } from '../client/database-statements'

/** The content of a dump for its manifest, with the defaults of its database. */
export function contentOfDump(
  { bytes, sha256, tables, views, triggers, routines, events }: DumpContent,
  { characterSet, collation }: DatabaseDefaults,
): DatabaseArtifact['content'] {
  return {
    ...{ bytes, sha256, tables },
    views: views.length,
    triggers: triggers.length,
    routines: routines.length,
    events: events.length,
    objects: { views, triggers, routines, events },
    ...{ characterSet, collation },
  }
}
