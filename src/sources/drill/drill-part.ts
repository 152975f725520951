import type { Finding } from '../../findings/finding'
import type { ContentDigest } from '../../pipeline/content-check'
import type { Artifact } from '../../repository/manifest/manifest'
import type { Proof } from '../../repository/manifest/proof'
import type { RecoveryPoint } from '../../repository/repository'
import type { LocalCommand } from '../../runtime/github/local-command'
import type { Runtime } from '../../runtime/runtime'
import type { SoundArtifact } from '../restore-part'

/** The drill half of a source. `Settings`: the inputs of a verification, as far as it reads them. */
export interface Drillable<A extends Artifact, C extends ContentDigest, Settings> {
  /**
   * A trial restore on this machine. `sound`: all artifacts that the recovery point has of this source, which may be
   * none.
   */
  drill(settings: Settings, sound: readonly SoundArtifact<A, C>[]): DrillPart
  /** Ends what killed drills left running. `folders`: theirs. Returns what was removed, for the log. */
  removeLeftovers(folders: readonly string[], machine: DrillMachine): Promise<string[]>
}

/** The machine that drills run on. */
export interface DrillMachine {
  run: LocalCommand
  /** Of the job. */
  variables: Readonly<Record<string, string>>
}

/** What a drill does for one source. */
export interface DrillPart {
  /** How much of the disk it takes, about. */
  readonly neededBytes: number
  /** Restores it and compares. Whatever comes out otherwise is a finding. Throws when it could not be tried. */
  run(context: DrillContext): Promise<DrillOutcome>
}

/** What the sources share of one drill. */
export interface DrillContext extends DrillMachine {
  runtime: Runtime
  point: RecoveryPoint & { name: string }
  /** For what is unpacked and imported; removed afterwards. */
  folder: string
  signal: AbortSignal
  /** Removes something. What fails is shown in the log and changes nothing about the result. */
  tidyUp(step: () => Promise<void>): Promise<void>
}

export interface DrillOutcome {
  findings: readonly Finding[]
  /** What does not make the proof weaker. */
  warnings: readonly Finding[]
  /** How long it took, without the comparisons. */
  restoreMs: number
  /** Its share of the proof. */
  proof: Partial<Pick<Proof, 'server' | 'tables' | 'files'>>
}
