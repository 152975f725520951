import type { RunReport } from '../../commands/backup/run-report'
import { runDurationMs } from '../../commands/run-facts'
import { publicWarnings, scrubFindings } from '../../findings/finding'
import type { Runtime } from '../../runtime/runtime'

/** Sets the outputs of a backup. A job may have 1 MB of outputs, in UTF-16: each list is cut to `listLimit`. */
export function setBackupOutputs(runtime: Pick<Runtime, 'output' | 'scrub' | 'log'>, report: RunReport): void {
  const artifacts = report.artifacts.map(({ name, key, bytes, sha256 }) => ({ name, key, bytes, sha256 }))
  const warnings = publicWarnings(scrubFindings(report.warnings, runtime.scrub))
  const listed = fitting(artifacts, listLimit)
  if (listed.length < artifacts.length) {
    runtime.log.warning(
      `The output "artifacts" holds the first ${listed.length} of ${artifacts.length} artifacts: GitHub takes no more. The manifest ${report.manifestKey ?? ''} lists all of them.`,
    )
  }

  runtime.output('status', report.result)
  runtime.output('slot', report.slot ?? '')
  runtime.output('manifest-key', report.manifestKey ?? '')
  runtime.output('artifacts', JSON.stringify(listed))
  runtime.output('bytes', String(report.artifacts.reduce((sum, { bytes }) => sum + bytes, 0)))
  runtime.output('duration-seconds', String(Math.round(runDurationMs(report) / 1000)))
  runtime.output('warnings', JSON.stringify(fittingWarnings(warnings)))
}

/** Characters for each list among the outputs. */
export const listLimit = 200_000

function fittingWarnings(warnings: { code: string; message: string }[]): { code: string; message: string }[] {
  const listed = fitting(warnings, listLimit)
  const missing = warnings.length - listed.length
  if (missing === 0) return listed
  return [...listed, { code: 'more-warnings', message: `${missing} more: see the log or the manifest.` }]
}

/** The longest beginning of a list whose JSON has at most `limit` characters. */
export function fitting<T>(items: T[], limit: number): T[] {
  let length = 2
  const end = items.findIndex(item => {
    length += JSON.stringify(item).length + 1
    return length > limit
  })
  return end === -1 ? items : items.slice(0, end)
}
