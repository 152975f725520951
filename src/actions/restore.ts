import { beginAttempt } from '../commands/attempt'
import { refuseWrong } from '../commands/refuse-wrong'
import { restore } from '../commands/restore/restore'
import type { RestoreAttempt, RestoreFacts, RestoreReport } from '../commands/restore/restore-result'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { loadRestoreInputs, type RestoreInputs } from '../inputs/restore'
import { annotateWarnings } from '../report/annotations'
import { setRestoreOutputs } from '../report/outputs/restore-outputs'
import { scrubRestore } from '../report/scrub/scrub-restore'
import { renderRestoreSummary, restoredSentence } from '../report/summary/restore-summary'
import { openRepository } from '../repository/open-repository'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { runAction } from './run-action'

/** The action `restore`: restores a recovery point to a server. */
export function restoreAction(runtime: Runtime): Promise<void> {
  let begun: Begun | undefined
  const putBack = async () => {
    const inputs = loadRestoreInputs(runtime, process.env)
    begun = { inputs, attempt: beginAttempt(runtime) }
    const repository = openRepository(inputs.s3)
    try {
      const result = await restore(inputs, { runtime, repository, connect }, begun.attempt)
      const report = { ...runFacts(begun, runtime), ...result }
      annotateWarnings(runtime.log, report.warnings)
      setRestoreOutputs(runtime, report)
      await runtime.summary(renderRestoreSummary(scrubRestore(report, runtime.scrub)))
      if (report.result === 'dry-run') {
        refuseWrong(report.checks)
        runtime.log.notice('This restore can be done; nothing was written.', 'Dry run')
      } else runtime.log.notice(restoredSentence(report), 'Restored')
    } finally {
      repository.store.close()
    }
  }
  return runAction(runtime, putBack, {
    get safe() {
      return stillSafe(begun?.attempt.facts ?? {})
    },
    summarize: failure => (begun === undefined ? '' : summarizeFailure(begun, failure, runtime)),
  })
}

/** From when the inputs are known. */
interface Begun {
  inputs: RestoreInputs
  attempt: RestoreAttempt
}

/** What is shown of every run. */
function runFacts({ inputs, attempt }: Begun, { clock }: Runtime) {
  const { startedAt, phases, warnings } = attempt
  const place = { host: inputs.ssh.host, store: reportedStore(inputs.s3) }
  return { ...place, startedAt, finishedAt: clock.now(), phases, warnings }
}

function summarizeFailure(begun: Begun, failure: FailureFacts, runtime: Runtime): string {
  const { inputs, attempt } = begun
  const { facts } = attempt
  // A dry run that looked at everything has already written its summary.
  if (inputs.isDryRun && facts.checks !== undefined) return ''
  const report: RestoreReport = {
    ...{ items: [], safetyKeys: [], ...facts, ...runFacts(begun, runtime) },
    ...{ result: failure.kind === 'cancelled' ? 'cancelled' : 'failed', failure },
  }
  return renderRestoreSummary(scrubRestore(report, runtime.scrub))
}

/** For failures without their own text: those before the first write, and runs that had no time to roll back. */
function stillSafe({ hasBegun, safetyKeys = [] }: Partial<RestoreFacts>): string {
  if (hasBegun !== true) {
    return 'Nothing on the server was changed: databases and folders are as they were. Nothing in the bucket was changed.'
  }
  const dumps = safetyKeys.length === 0 ? '' : ` Safety dumps of the databases: ${safetyKeys.join(', ')}.`
  return `The restore had begun to write. The post step of this action rolls back what is half done, or prints the commands that fix it.${dumps} All recovery points in the bucket are intact.`
}
