import type { ContentDigest } from '../../../pipeline/content-check'
import type { TableFingerprint } from '../../../repository/manifest/manifest'
import type { DumpNeeds } from './needs/dump-needs'

/** The contents of a dump: names as written, in its order; `routines` as `procedure name` or `function name`. */
export interface DumpContent extends ContentDigest {
  tables: TableFingerprint[]
  views: string[]
  triggers: string[]
  routines: string[]
  events: string[]
  /** With its delimiter: slightly more than `max_allowed_packet` must allow. */
  longestStatementBytes: number
  /** Only with the option `needs` of the check. */
  needs?: DumpNeeds
}
