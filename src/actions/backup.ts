import { beginAttempt } from '../commands/attempt'
import { backup } from '../commands/backup/backup'
import type { OpenCache } from '../commands/backup/plan/known-baseline'
import { preflight } from '../commands/backup/preflight/preflight'
import type { BackupAttempt, BackupFacts, RunReport } from '../commands/backup/run-report'
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
import type { Repository } from '../repository/repository'
import { messageOf } from '../runtime/errors'
import { baselineCache } from '../runtime/github/baseline-cache'
import { type Heartbeat, heartbeat } from '../runtime/heartbeat'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { runAction } from './run-action'

/** The action at the root: takes one recovery point, or looks whether it could. */
export function backupAction(runtime: Runtime): Promise<void> {
  let begun: Begun | undefined
  const takeRecoveryPoint = async () => {
    const inputs = loadBackupInputs(runtime, process.env)
    begun = { inputs, attempt: beginAttempt(runtime) }
    const repository = openRepository(inputs.s3)
    try {
      if (inputs.isDryRun) await dryRun(begun, runtime, repository)
      else await backUp(begun, runtime, repository)
    } finally {
      repository.store.close()
    }
  }
  return runAction(runtime, takeRecoveryPoint, {
    get safe() {
      return stillSafe(begun?.attempt.facts ?? {})
    },
    summarize: failure => (begun === undefined ? '' : summarizeFailure(begun, failure, runtime)),
  })
}

/** From when the inputs are known. */
interface Begun {
  inputs: BackupInputs
  attempt: BackupAttempt
}

async function backUp({ inputs, attempt }: Begun, runtime: Runtime, repository: Repository): Promise<void> {
  const monitor = inputs.heartbeatUrl === undefined ? undefined : heartbeat(inputs.heartbeatUrl, runtime)
  const noteMissed = (what: string | undefined) =>
    attempt.warn([what === undefined ? undefined : warning('heartbeat-failed', what)])
  const openCache: OpenCache = scope =>
    baselineCache({ ...runtime, scope, tempFolder: process.env['RUNNER_TEMP'] ?? '' })
  // Not awaited: a slow monitor must not delay the backup.
  const started = monitor?.start()
  let report: RunReport
  try {
    const { error, ...result } = await backup(inputs, { runtime, repository, connect, openCache }, attempt)
    const reportNow = () => ({
      ...runFacts({ inputs, attempt }, runtime),
      ...result,
      warnings: attempt.warnings,
    })
    noteMissed(await started)
    if (error === undefined) noteMissed(await monitor?.success(successSentence(reportNow())))
    report = reportNow()
    setBackupOutputs(runtime, report)
    if (error !== undefined) throw error
  } catch (error) {
    // Only notifies the monitor; `runAction` reports the error.
    noteMissed(await failing(inputs, runtime)?.fail(runtime.scrub(messageOf(error))))
    throw error
  }
  annotateBackup(runtime.log, report)
  await writeSummary(runtime, report)
}

/** What is shown of every run. */
function runFacts({ inputs, attempt }: Begun, { clock }: Runtime) {
  const { startedAt, phases, warnings, facts } = attempt
  const place = { host: inputs.ssh.host, store: reportedStore(inputs.s3) }
  return {
    ...place,
    servedBy: facts.servedBy,
    startedAt,
    finishedAt: clock.now(),
    artifacts: [],
    phases,
    warnings,
  }
}

function summarizeFailure(begun: Begun, failure: FailureFacts, runtime: Runtime): string {
  // A dry run has written its own.
  if (begun.inputs.isDryRun) return ''
  const { slot } = begun.attempt.facts
  const result = failure.kind === 'cancelled' ? 'cancelled' : 'failed'
  const known = slot === undefined ? {} : { slot }
  const report: RunReport = { ...runFacts(begun, runtime), ...known, result, failure }
  return renderSummary(scrubReport(report, runtime.scrub))
}

/** A dry run: checks everything, stores nothing, and reports all problems at once. */
async function dryRun(begun: Begun, runtime: Runtime, repository: Repository): Promise<void> {
  const checked = scrubPreflight(
    await runtime.log.group('Check everything, store nothing', () =>
      preflight(begun.inputs, { runtime, repository, connect }),
    ),
    runtime.scrub,
  )
  for (const line of preflightLines(checked)) runtime.log.info(line)
  setBackupOutputs(runtime, { ...runFacts(begun, runtime), result: 'dry-run' })
  await runtime.summary(`## ${preflightVerdict(checked)}\n\n${preflightSection(checked)}\n`)
  refuseWrong(checked)
  runtime.log.notice(preflightVerdict(checked), 'Dry run')
}

/** A cancelled run has no time for retries: the runner kills it 10 s after the first signal. */
function failing({ heartbeatUrl }: BackupInputs, runtime: Runtime): Heartbeat | undefined {
  if (heartbeatUrl === undefined) return undefined
  const hurry = runtime.signal.aborted ? { timeoutMs: 1_500, retryMs: [] } : {}
  return heartbeat(heartbeatUrl, { ...hurry, log: runtime.log })
}

function stillSafe({ slot, isCommitting, isStored }: Partial<BackupFacts>): string {
  if (isCommitting !== true) {
    return 'Nothing was changed in the bucket: all existing recovery points are intact.'
  }
  // A later failure, for example of `after-command`, undoes nothing.
  if (isStored === true) {
    return `The new recovery point in slot ${slot} is stored and complete, and all others are intact.`
  }
  return `All recovery points except the one in slot ${slot} are intact. That slot has its old recovery point, the new one, or an unfinished one that the post step or the next run completes.`
}
