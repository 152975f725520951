import { backup } from '../commands/backup/backup'
import { historyAfterFailure } from '../commands/backup/history-after-failure'
import type { OpenCache } from '../commands/backup/plan/known-baseline'
import { preflight } from '../commands/backup/preflight/preflight'
import type { BackupFacts, RunReport } from '../commands/backup/run-report'
import { recentPoint, skippedFor } from '../commands/backup/skip/recent-point'
import { refusalOf } from '../commands/refuse-errors'
import type { FailureFacts } from '../commands/run-facts'
import { warning } from '../findings/finding'
import { preflightLines, preflightVerdict, scrubPreflight } from '../findings/preflight'
import { type BackupInputs, loadBackupInputs } from '../inputs/backup'
import { annotateBackup, successSentence } from '../report/annotations'
import { describeFailure } from '../report/failure'
import { setBackupOutputs } from '../report/outputs/outputs'
import { scrubReport } from '../report/scrub'
import { refusalHeading, renderRefusal } from '../report/summary/failure-sections'
import { preflightSection } from '../report/summary/preflight-section'
import { renderSummary, writeSummary } from '../report/summary/summary'
import { isSameHost } from '../repository/guards/foreign-prefix'
import type { Repository } from '../repository/repository'
import { defined } from '../runtime/defined'
import { messageOf } from '../runtime/errors'
import { baselineCache } from '../runtime/github/baseline-cache'
import { type Heartbeat, heartbeat } from '../runtime/heartbeat'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { type Begun, commandAction, runFacts } from './command-action'
import type { ActionEnd } from './run-action'
import { writeStatusPage } from './status-page'

type BegunBackup = Begun<BackupInputs, BackupFacts>

/** The action at the root: takes one recovery point, or checks whether it could. */
export function backupAction(runtime: Runtime): Promise<ActionEnd> {
  return commandAction(runtime, {
    name: inputs => (inputs?.isDryRun === true ? 'Dry run' : 'Backup'),
    load: loadBackupInputs,
    run: (begun, _, repository) => (begun.inputs.isDryRun ? dryRun : backUp)(begun, runtime, repository),
    safe: stillSafe,
    summarize: summarizeFailure,
    alarm: 'backup',
  })
}

async function backUp(begun: BegunBackup, runtime: Runtime, repository: Repository): Promise<void> {
  const { inputs, attempt } = begun
  const monitor =
    inputs.heartbeatUrl === undefined
      ? undefined
      : heartbeat(inputs.heartbeatUrl, { log: runtime.log, proxies: inputs.s3.proxies })
  const noteMissed = (what: string | undefined) =>
    attempt.warn([what === undefined ? undefined : warning('heartbeat-failed', what)])
  const openCache: OpenCache = scope =>
    baselineCache({ ...runtime, scope, tempFolder: process.env['RUNNER_TEMP'] ?? '' })
  const tools = { runtime, repository, connect, openCache }
  let report: RunReport
  try {
    const recent = await recentPoint(inputs, tools)
    // Not awaited: a slow monitor must not delay the backup. A run that takes nothing has not started anything.
    const started = recent === undefined ? monitor?.start() : undefined
    const { error, ...result } = recent === undefined ? await backup(inputs, tools, attempt) : skippedFor(recent)
    noteMissed(await started)
    report = { ...reportFacts(begun, runtime), ...result }
    if (error === undefined) noteMissed(await monitor?.success(successSentence(report)))
    setBackupOutputs(runtime, report)
    if (error !== undefined) throw error
  } catch (error) {
    // Only notifies the monitor and looks what there is; `runAction` reports the error.
    noteMissed(await failing(inputs, runtime)?.fail(runtime.scrub(messageOf(error))))
    await reportHistory(begun, error, { runtime, repository })
    throw error
  }
  if (report.result === 'good') await writeStatusPage(begun, report, { runtime, repository })
  annotateBackup(runtime.log, report)
  await writeSummary(runtime, report)
}

/** How old the last good recovery point is, and what else there is. A cancelled run has no time for it. */
async function reportHistory(
  begun: BegunBackup,
  error: unknown,
  tools: { runtime: Runtime; repository: Repository },
): Promise<void> {
  const { inputs, attempt } = begun
  const { runtime, repository } = tools
  if (runtime.signal.aborted || attempt.facts.isStored === true) return
  const where = { timezone: inputs.timezone, clock: runtime.clock }
  attempt.learn({ history: await historyAfterFailure(repository, attempt.facts, where) })
  // A run that was refused must not write into the prefix of another site.
  const { lastGood } = attempt.facts.history ?? {}
  if (lastGood === undefined || !isSameHost(lastGood.host, inputs.ssh.host)) return
  const failure = describeFailure(error, { safe: '', isCancelled: false, scrub: runtime.scrub })
  await writeStatusPage(begun, failedReport(begun, failure, runtime), tools)
}

/** What the report of every backup shows. */
function reportFacts(begun: BegunBackup, runtime: Runtime) {
  const { inputs, attempt } = begun
  return { ...runFacts(begun, runtime), host: inputs.ssh.host, servedBy: attempt.facts.servedBy, artifacts: [] }
}

function summarizeFailure(begun: BegunBackup, failure: FailureFacts, runtime: Runtime): string {
  if (begun.inputs.isDryRun) return begun.attempt.facts.isSummarized === true ? '' : renderRefusal(failure, 'Dry run')
  return renderSummary(scrubReport(failedReport(begun, failure, runtime), runtime.scrub))
}

function failedReport(begun: BegunBackup, failure: FailureFacts, runtime: Runtime): RunReport {
  const { slot, suspect, history } = begun.attempt.facts
  const result = failure.kind === 'cancelled' ? 'cancelled' : suspect === undefined ? 'failed' : 'suspect'
  return { ...reportFacts(begun, runtime), ...history, ...defined({ slot, suspect }), result, failure }
}

/** A dry run: checks everything, stores nothing, and reports all problems at once. */
async function dryRun(begun: BegunBackup, runtime: Runtime, repository: Repository): Promise<void> {
  const checked = scrubPreflight(
    await runtime.log.group('Check everything, store nothing', () =>
      preflight(begun.inputs, { runtime, repository, connect }),
    ),
    runtime.scrub,
  )
  for (const line of preflightLines(checked)) runtime.log.info(line)
  setBackupOutputs(runtime, { ...reportFacts(begun, runtime), result: 'dry-run' })
  const refusal = refusalOf(checked)
  const heading = refusal === undefined ? '## ✅ This backup can be taken' : refusalHeading(refusal)
  await runtime.summary(`${heading}\n\n${preflightSection(checked)}\n`)
  begun.attempt.learn({ isSummarized: true })
  if (refusal !== undefined) throw refusal
  runtime.log.notice(preflightVerdict(checked), 'Dry run')
}

/** A cancelled run has no time for retries: the runner kills it 10 s after the first signal. */
function failing({ heartbeatUrl, s3 }: BackupInputs, runtime: Runtime): Heartbeat | undefined {
  if (heartbeatUrl === undefined) return undefined
  const quick = runtime.signal.aborted ? { timeoutMs: 1_500, retryMs: [] } : {}
  return heartbeat(heartbeatUrl, { ...quick, log: runtime.log, proxies: s3.proxies })
}

function stillSafe({ slot, isCommitting, isStored }: Partial<BackupFacts>): string {
  if (isCommitting !== true) return 'Nothing was changed in the bucket: all existing recovery points are intact.'
  // A later failure, for example of `after-command`, undoes nothing.
  if (isStored === true)
    return `The new recovery point in slot ${slot} is stored and complete, and all others are intact.`
  return `All recovery points except the one in slot ${slot} are intact. That slot has its old recovery point, the new one, or an unfinished one that the post step or the next run completes.`
}
