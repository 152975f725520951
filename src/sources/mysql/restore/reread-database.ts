import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { DumpContent } from '../check/dump-content'
import type { DumpNeeds } from '../check/needs/dump-needs'

/** A dump that was read whole and is what its manifest says. */
export interface RereadDatabase {
  artifact: DatabaseArtifact
  content: DumpContent
  /** What it needs of its server. */
  needs: DumpNeeds
  /** Of the object that was read: the very one that is imported. */
  etag: string
}
