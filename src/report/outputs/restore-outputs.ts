import type { RestoreReport } from '../../commands/restore/restore-report'
import { runDurationMs } from '../../commands/run-facts'
import type { Runtime } from '../../runtime/runtime'

/** Sets the outputs of a restore that ended well, or of its rehearsal. */
export function setRestoreOutputs(runtime: Pick<Runtime, 'output'>, report: RestoreReport): void {
  const restored = report.items.map(item =>
    item.kind === 'database'
      ? { kind: 'database', database: item.database, target: item.target, tables: item.tables }
      : { kind: 'folder', path: item.path, target: item.target, files: item.files, kept: item.kept },
  )
  runtime.output('status', report.result)
  runtime.output('slot', report.snapshot?.name ?? '')
  runtime.output('taken-at', report.snapshot?.takenAt.toISOString() ?? '')
  runtime.output('restored', JSON.stringify(report.result === 'restored' ? restored : []))
  runtime.output('safety-backup-keys', JSON.stringify(report.safetyKeys))
  runtime.output('duration-seconds', String(Math.round(runDurationMs(report) / 1000)))
}
