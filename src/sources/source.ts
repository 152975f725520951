import type { Finding } from '../findings/finding'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import type { RecordedDigest } from '../repository/encryption/recorded-digest'
import type { Artifact } from '../repository/manifest/manifest'
import type { BackupPart } from './backup-part'
import type { Drillable } from './drill/drill-part'
import type { Joiner } from './read-joined'
import type { Restorable } from './restore-part'
import type { SourceWords } from './source-words'

/**
 * A kind of data that is backed up, and everything that only it knows. The commands use sources through this interface
 * alone; `registry.ts` lists them. `BackupSettings`: the inputs of a backup, as far as it reads them.
 */
export interface Source<A extends Artifact, C extends ContentDigest, BackupSettings, RestoreSettings, DrillSettings>
  extends Restorable<A, C, RestoreSettings>,
    Drillable<A, C, DrillSettings> {
  /** As in the manifest. */
  readonly kind: A['kind']
  /** How its stored artifacts are read and compared. */
  readonly reading: ArtifactReading<A, C>
  /** How it is shown. */
  readonly words: SourceWords<A>
  /** What a backup takes of it, which may be nothing. */
  backup(settings: BackupSettings): BackupPart
}

/** How a stored artifact is read, and compared with its manifest. */
export interface ArtifactReading<A extends Artifact, C extends ContentDigest> {
  /** The check of the backup, and all that a restore must know before it writes anything. */
  check(artifact: A): ContentCheck<C>
  /** Puts together what builds on others; absent where nothing ever does. The check and all else are of what comes out. */
  join?(artifact: A): Joiner
  /**
   * How the content differs from what the manifest says, as halves of a sentence: `table "orders" has other rows`.
   * `recorded`: how it records digests.
   */
  compare(artifact: A, content: C, recorded: RecordedDigest): string[]
  /** What a restore would refuse of it, on any server. `allowed`: kinds of contents that are not refused. */
  refusals(artifact: A, content: C, allowed: ReadonlySet<string>): Finding[]
}
