import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { DumpContent } from '../check/dump-content'

/** A dump's content as a manifest tells it, beside the defaults of its database. */
export function contentOfDump(
  content: DumpContent,
  { characterSet, collation }: { characterSet: string; collation: string },
): DatabaseArtifact['content'] {
  const { bytes, sha256, tables, views, triggers, routines, events } = content
  return {
    bytes,
    sha256,
    tables,
    views: views.length,
    triggers: triggers.length,
    routines: routines.length,
    events: events.length,
    objects: { views, triggers, routines, events },
    characterSet,
    collation,
  }
}
