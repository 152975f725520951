import type { Finding } from '../../findings/finding'
import type { ContentDigest } from '../../pipeline/content-check'
import type { Artifact } from '../../repository/manifest/manifest'
import type { Proven } from '../../repository/manifest/proof'
import type { RecoveryPoint } from '../../repository/repository'
import type { LocalCommand } from '../../runtime/github/local-command'
import type { Runtime } from '../../runtime/runtime'
import type { SoundArtifact } from '../restore-part'

/** The drill half of a source. `Settings`: the inputs of a verification, as far as it reads them. */
export interface Drillable<A extends Artifact, C extends ContentDigest, Settings> {
  /** A trial restore on this machine. `sound`: all artifacts of this source; may be empty. */
  drill(settings: Settings, sound: readonly SoundArtifact<A, C>[]): DrillPart
  /** Ends what killed drills left running in `folders`. Returns what was removed, for the log. */
  removeLeftovers(folders: readonly string[], machine: DrillMachine): Promise<string[]>
}

/** The machine on which drills run. */
export interface DrillMachine {
  run: LocalCommand
  /** The environment of the job. */
  variables: Readonly<Record<string, string>>
}

/** What a drill does for one source. */
export interface DrillPart {
  /** About how much disk space it needs. */
  readonly neededBytes: number
  /** Restores and compares. Differences are findings. Throws when it could not be tried. */
  run(context: DrillContext): Promise<DrillOutcome>
}

/** What the sources share of one drill. */
export interface DrillContext extends DrillMachine {
  runtime: Runtime
  point: RecoveryPoint & { name: string }
  /** For unpacked and imported data; removed afterwards. */
  folder: string
  signal: AbortSignal
  /** Removes something. A failure is logged and does not change the result. */
  tidyUp(step: () => Promise<void>): Promise<void>
}

/** What a drill did. */
export interface DrillShown {
  /** In their order. */
  phases: readonly { name: string; durationMs: number }[]
  /** The checks of the user, each with its answer: a number, or why it is none. */
  checks: readonly { statement: string; answer: string; isTrue: boolean }[]
  /** How many rows were imported and compared; absent: not known. */
  rows?: number
}

export interface DrillOutcome {
  findings: readonly Finding[]
  /** They do not make the proof weaker. */
  warnings: readonly Finding[]
  /** How long it took, without the comparisons. */
  restoreMs: number
  /** What it did, for the report. */
  shown: DrillShown
  /** Its share of the proof. */
  proof: Partial<Pick<Proven, 'server' | 'tables' | 'files'>>
}
