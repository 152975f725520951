import type { RestoreReport } from '../../commands/restore/restore-result'
import { runDurationMs } from '../../commands/run-facts'
import type { Runtime } from '../../runtime/runtime'

/** Sets the outputs of a restore that ended well, or of its dry run. */
export function setRestoreOutputs(runtime: Pick<Runtime, 'output'>, report: RestoreReport): void {
  const restored = report.items.flatMap(({ output }) => (output === undefined ? [] : [output]))
  runtime.output('status', report.result)
  runtime.output('slot', report.point?.name ?? '')
  runtime.output('taken-at', report.point?.takenAt.toISOString() ?? '')
  runtime.output('restored', JSON.stringify(restored))
  setDifferences(runtime, report.differences)
  runtime.output('safety-backup-keys', JSON.stringify(report.safetyKeys))
  runtime.output('duration-seconds', String(Math.round(runDurationMs(report) / 1000)))
}

/** Sets the output `differences`: also of a restore that failed, maybe for their sake. */
export function setDifferences(runtime: Pick<Runtime, 'output'>, differences: RestoreReport['differences'] = []): void {
  runtime.output('differences', JSON.stringify(differences))
}
