import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { ArtifactReading } from '../../source'
import { compareDump } from '../check/compare-dump'
import { checkDump } from '../check/dump-check'
import type { DumpContent } from '../check/dump-content'

/** How a stored dump is read. */
export const dumpReading: ArtifactReading<DatabaseArtifact, DumpContent> = {
  check: () => checkDump({ passes: 'one or two' }),
  restoreCheck: () => checkDump({ passes: 'one or two', needs: true }),
  compare: compareDump,
}
