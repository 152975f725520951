import { backup } from '../commands/backup/backup'
import type { OpenCache } from '../commands/backup/plan/known-baseline'
import { preflight } from '../commands/backup/preflight/preflight'
import type { RunReport } from '../commands/backup/run-report'
import { refuseWrong } from '../commands/refuse-wrong'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { warning } from '../findings/finding'
import { preflightLines, preflightVerdict, scrubPreflight } from '../findings/preflight'
import { type BackupInputs, loadBackupInputs } from '../inputs/backup'
import { annotateBackup, successSentence } from '../report/annotations'
import { setBackupOutputs } from '../report/outputs/outputs'
import { scrubReport } from '../report/scrub/scrub-report'
import { preflightSection } from '../report/summary/preflight-section'
import { renderSummary, writeSummary } from '../report/summary/summary'
import { openRepository } from '../repository/open-repository'
import { messageOf } from '../runtime/errors'
import { baselineCache } from '../runtime/github/baseline-cache'
import { type Heartbeat, heartbeat } from '../runtime/heartbeat'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { runAction } from './run-action'

/** The backup action, at the root of the repository: takes one recovery point. */
export function backupAction(runtime: Runtime): Promise<void> {
  let report: RunReport | undefined
  const takeRecoveryPoint = async () => {
    const inputs = loadBackupInputs(runtime, process.env)
    report = emptyReport(inputs, runtime.clock.now())
    const repository = openRepository(inputs.s3)
    const monitor =
      inputs.heartbeatUrl === undefined || inputs.isDryRun
        ? undefined
        : heartbeat(inputs.heartbeatUrl, runtime)
    const noteMissed = (what: string | undefined) => {
      if (what !== undefined && report !== undefined)
        report.warnings = [...report.warnings, warning('heartbeat-failed', what)]
    }
    const openCache: OpenCache = scope =>
      baselineCache({ ...runtime, scope, tempFolder: process.env['RUNNER_TEMP'] ?? '' })
    // Not awaited: a slow monitor must not delay the backup.
    const started = monitor?.start()
    try {
      if (inputs.isDryRun) {
        await dryRun(inputs, { runtime, repository, connect }, report)
        return
      }
      const error = await backup(inputs, { runtime, repository, connect, openCache }, report)
      noteMissed(await started)
      if (error === undefined) noteMissed(await monitor?.success(successSentence(report)))
      setBackupOutputs(runtime, report)
      if (error !== undefined) throw error
    } catch (error) {
      // Only notifies the monitor; `runAction` reports the error.
      noteMissed(await failing(inputs, runtime)?.fail(runtime.scrub(messageOf(error))))
      throw error
    } finally {
      repository.store.close()
    }
    annotateBackup(runtime.log, report)
    await writeSummary(runtime, report)
  }
  const summarize = (failure: FailureFacts): string => {
    // Wrong inputs have an annotation; there is no run to summarize.
    if (report === undefined || report.result === 'dry-run') return ''
    const result = failure.kind === 'cancelled' ? 'cancelled' : 'failed'
    return renderSummary(
      scrubReport({ ...report, result, failure, finishedAt: runtime.clock.now() }, runtime.scrub),
    )
  }
  return runAction(runtime, takeRecoveryPoint, {
    get safe() {
      return stillSafe(report)
    },
    summarize,
  })
}

/** A dry run: checks everything, stores nothing, and reports all problems at once. */
async function dryRun(
  inputs: BackupInputs,
  tools: Parameters<typeof preflight>[1],
  report: RunReport,
): Promise<void> {
  const { runtime } = tools
  const checked = scrubPreflight(
    await runtime.log.group('Check everything, store nothing', () => preflight(inputs, tools)),
    runtime.scrub,
  )
  for (const line of preflightLines(checked)) runtime.log.info(line)
  report.result = 'dry-run'
  setBackupOutputs(runtime, { ...report, finishedAt: runtime.clock.now() })
  await runtime.summary(`## ${preflightVerdict(checked)}\n\n${preflightSection(checked)}\n`)
  refuseWrong(checked)
  runtime.log.notice(preflightVerdict(checked), 'Dry run')
}

/** A cancelled run has no time for retries: the runner kills it 10 s after the first signal. */
function failing({ heartbeatUrl, isDryRun }: BackupInputs, runtime: Runtime): Heartbeat | undefined {
  if (heartbeatUrl === undefined || isDryRun) return undefined
  const hurry = runtime.signal.aborted ? { timeoutMs: 1_500, retryMs: [] } : {}
  return heartbeat(heartbeatUrl, { ...hurry, log: runtime.log })
}

function stillSafe(report: RunReport | undefined): string {
  if (report?.isCommitting !== true) {
    return 'Nothing was changed in the bucket: all existing recovery points are intact.'
  }
  // A later failure, for example of `after-command`, undoes nothing.
  if (report.result === 'good') {
    return `The new recovery point in slot ${report.slot} is stored and complete, and all others are intact.`
  }
  return `All recovery points except the one in slot ${report.slot} are intact. That slot has its old recovery point, the new one, or an unfinished one that the post step or the next run completes.`
}

function emptyReport({ ssh, s3 }: BackupInputs, now: Date): RunReport {
  return {
    result: 'failed',
    host: ssh.host,
    store: reportedStore(s3),
    startedAt: now,
    finishedAt: now,
    artifacts: [],
    warnings: [],
    phases: [],
  }
}
