import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { DumpContent } from '../check/dump-content'
import type { DumpNeeds } from '../check/needs/dump-needs'

/** A dump that was read whole and is what its manifest says; `etag` is that of the object that was read. */
export interface RereadDatabase {
  artifact: DatabaseArtifact
  content: DumpContent
  /** What it needs of its server. */
  needs: DumpNeeds
}

/** Among those that were read, the one that a manifest names. */
export function rereadOf(
  databases: readonly RereadDatabase[],
  { key }: DatabaseArtifact,
): RereadDatabase | undefined {
  return databases.find(({ artifact }) => artifact.key === key)
}
