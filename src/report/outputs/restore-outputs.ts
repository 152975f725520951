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
  runtime.output('safety-backup-keys', JSON.stringify(report.safetyKeys))
  runtime.output('duration-seconds', String(Math.round(runDurationMs(report) / 1000)))
}
