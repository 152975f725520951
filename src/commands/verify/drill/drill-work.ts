import type { VerifyInputs } from '../../../inputs/verify'
import type { RunnerTools } from '../clean-up-runner'
import type { PointToDrill } from '../point'

/** What drills need of the world. */
export interface DrillSettings extends RunnerTools {
  inputs: Pick<VerifyInputs, 'drillServer' | 'drillChecks' | 'allowedEntries'>
}

/** What the steps of one drill share. */
export interface DrillWork extends DrillSettings {
  point: PointToDrill
  signal: AbortSignal
  /** On this machine. */
  folder: string
}
