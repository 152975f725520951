import type { RunReport } from '../../commands/backup/run-report'
import { runDurationMs } from '../../commands/run-facts'
import { publicWarnings, scrubFindings } from '../../findings/finding'
import type { Log, Runtime } from '../../runtime/runtime'

/** Sets the outputs of a backup. A job may have 1 MB of outputs, in UTF-16: each list is cut to `listLimit`. */
export function setBackupOutputs(runtime: Pick<Runtime, 'output' | 'scrub' | 'log'>, report: RunReport): void {
  const artifacts = report.artifacts.map(({ name, key, bytes, sha256 }) => ({ name, key, bytes, sha256 }))
  const warnings = publicWarnings(scrubFindings(report.warnings, runtime.scrub))
  const all = `The manifest ${report.manifestKey ?? ''} lists all of them.`
  const listed = fittingOutput(runtime.log, 'artifacts', artifacts, { noun: 'artifacts', all })
  runtime.output('status', report.result)
  runtime.output('slot', report.slot ?? '')
  runtime.output('manifest-key', report.manifestKey ?? '')
  runtime.output('artifacts', JSON.stringify(listed))
  runtime.output('bytes', String(report.artifacts.reduce((sum, { bytes }) => sum + bytes, 0)))
  runtime.output('sent-bytes', String(report.sentBytes ?? 0))
  runtime.output('duration-seconds', String(Math.round(runDurationMs(report) / 1000)))
  runtime.output('warnings', JSON.stringify(fittingWarnings(warnings)))
}

/** Characters for each list among the outputs. */
const listLimit = 200_000

/** The beginning of a list that fits into an output. Warns when that is not all; `all`: where the whole list is. */
export function fittingOutput<T>(
  log: Pick<Log, 'warning'>,
  name: string,
  items: T[],
  { noun, all }: { noun: string; all: string },
): T[] {
  const [listed, count] = [fitting(items, listLimit), items.length]
  if (listed.length < count) {
    log.warning(`The output "${name}" has the first ${listed.length} of ${count} ${noun}: GitHub takes no more. ${all}`)
  }
  return listed
}

function fittingWarnings(warnings: { code: string; message: string }[]): { code: string; message: string }[] {
  const listed = fitting(warnings, listLimit)
  const missing = warnings.length - listed.length
  if (missing === 0) return listed
  return [...listed, { code: 'more-warnings', message: `${missing} more: see the log or the manifest.` }]
}

/** The longest beginning of a list whose JSON has at most `limit` characters. */
function fitting<T>(items: T[], limit: number): T[] {
  let length = 2
  const end = items.findIndex(item => {
    length += JSON.stringify(item).length + 1
    return length > limit
  })
  return end === -1 ? items : items.slice(0, end)
}
