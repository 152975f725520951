import type { BackupFacts, RunReport } from '../commands/backup/run-report'
import type { BackupInputs } from '../inputs/backup'
import { statusAfterBackup } from '../report/page/backup-status'
import { parseStatus, serializeStatus } from '../report/page/status-document'
import { renderStatusPage } from '../report/page/status-page'
import { scrubReport } from '../report/scrub'
import type { Repository } from '../repository/repository'
import { writeStatusFiles } from '../repository/status-files'
import { messageOf } from '../runtime/errors'
import type { Runtime } from '../runtime/runtime'
import type { Begun } from './command-action'

/** A run that is done must not wait for a store that does not answer. */
const atMostMs = 15_000

/**
 * Writes `status.json` and `index.html` beside the recovery points, of a run that ended well or not. Never throws: what goes
 * wrong is a warning of the run. A cancelled run has no time for it.
 */
export async function writeStatusPage(
  { inputs, attempt }: Begun<BackupInputs, BackupFacts>,
  report: RunReport,
  { runtime, repository }: { runtime: Runtime; repository: Repository },
): Promise<void> {
  if (!inputs.hasStatusPage || runtime.signal.aborted) return
  const { timezone } = inputs
  const make = (earlier: string | undefined) => {
    const facts = { run: runtime.run, timezone, earlier: earlier === undefined ? undefined : parseStatus(earlier) }
    const status = statusAfterBackup(scrubReport(report, runtime.scrub), facts)
    return { document: serializeStatus(status), page: renderStatusPage(status) }
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<[]>(resolve => {
    timer = setTimeout(() => resolve([]), atMostMs)
  })
  try {
    attempt.warn(await Promise.race([writeStatusFiles(repository, make, runtime.log), late]))
  } catch (error) {
    runtime.log.info(`No status page: ${messageOf(error)}`)
  } finally {
    clearTimeout(timer)
  }
}
