import type { RestoreInputs } from '../../inputs/restore'
import type { RecoveryPoint, Repository } from '../../repository/repository'
import type { Runtime } from '../../runtime/runtime'
import type { RestoreServer } from '../../sources/host/restore-server'
import type { Server } from '../../sources/host/server'
import type { TargetVerdict } from './check-target'
import type { RereadParts } from './reread-parts'
import type { RestoreReport } from './restore-report'
import type { RestoreState } from './restore-state'
import type { RollbackLog } from './rollback/rollback-log'

/** What the writing steps of a restore share. */
export interface RestoreWork {
  inputs: RestoreInputs
  runtime: Runtime
  /** Of this run; where `point` lies may be beside it. */
  repository: Repository
  /** Another one after `reconnect`. */
  server: Server & RestoreServer
  /** Opens another connection, when the first one broke and what was begun is to be undone. */
  reconnect(): Promise<void>
  /** Aborted when the run is cancelled, or when the connection broke. */
  signal: AbortSignal
  point: RecoveryPoint
  reread: RereadParts
  verdict: TargetVerdict
  /** Of this run, as names carry it. */
  stamp: string
  owner: string
  /** How everything that was done is undone. */
  back: RollbackLog
  /** For the post step; `save` after each change. */
  state: RestoreState
  save(): void
  report: RestoreReport
}
