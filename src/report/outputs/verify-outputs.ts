import { isProven, type VerifyReport } from '../../commands/verify/verify-result'
import type { Runtime } from '../../runtime/runtime'
import { fittingOutput } from './outputs'

/** Sets the outputs of a verification, also of a failed one. */
export function setVerifyOutputs({ output, log }: Pick<Runtime, 'output' | 'log'>, report: VerifyReport): void {
  const verified = report.points.map(point => ({
    snapshot: point.name,
    takenAt: point.takenAt ?? null,
    verdict: point.verdict,
    level: report.level,
    status: point.status,
    bytes: point.storedBytes,
    signedBy: point.signer ?? null,
    ...(point.restoreSeconds === undefined ? {} : { restoreSeconds: point.restoreSeconds }),
    findings: point.findings.map(({ code, key, what }) => ({ code, key: key ?? null, message: what })),
  }))
  const listed = fittingOutput(log, 'verified', verified, {
    noun: 'recovery points',
    all: 'The log and the job summary have all of them.',
  })
  const restored = report.points.flatMap(({ restoreSeconds }) => restoreSeconds ?? [])
  output('status', isProven(report) ? 'proven' : 'failed')
  output('verified', JSON.stringify(listed))
  output('restore-seconds', restored.length === 0 ? '' : String(Math.round(Math.max(...restored))))
}
