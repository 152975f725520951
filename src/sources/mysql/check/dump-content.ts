import type { ContentDigest } from '../../../pipeline/content-check'
import type { TableFingerprint } from '../../../repository/manifest/manifest'
import type { DumpNeeds } from './needs/dump-needs'

/** What a dump holds. Names as the dump has them, in its order; `routines` as `procedure name` or `function name`. */
export interface DumpContent extends ContentDigest {
  tables: TableFingerprint[]
  views: string[]
  triggers: string[]
  routines: string[]
  events: string[]
  /** Only of a dump that was checked for them. */
  needs?: DumpNeeds
}
