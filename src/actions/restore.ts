import { refuseErrors } from '../commands/refuse-errors'
import { restore } from '../commands/restore/restore'
import type { RestoreFacts, RestoreReport } from '../commands/restore/restore-result'
import type { FailureFacts } from '../commands/run-facts'
import { loadRestoreInputs, type RestoreInputs } from '../inputs/restore'
import { annotateWarnings } from '../report/annotations'
import { setDifferences, setRestoreOutputs } from '../report/outputs/restore-outputs'
import { scrubRestore } from '../report/scrub'
import { renderRefusal } from '../report/summary/failure-sections'
import { renderRestoreSummary, restoredSentence } from '../report/summary/restore-summary'
import type { Repository } from '../repository/repository'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { type Begun, commandAction, runFacts } from './command-action'
import type { ActionEnd } from './run-action'

type BegunRestore = Begun<RestoreInputs, RestoreFacts>

/** The action `restore`: restores a recovery point to a server. */
export function restoreAction(runtime: Runtime): Promise<ActionEnd> {
  return commandAction(runtime, {
    name: inputs => (inputs?.isDryRun === true ? 'Dry run' : 'Restore'),
    load: loadRestoreInputs,
    run,
    safe: stillSafe,
    summarize,
  })
}

async function run(begun: BegunRestore, runtime: Runtime, repository: Repository): Promise<void> {
  const { inputs, attempt } = begun
  const result = await restore(inputs, { runtime, repository, connect }, attempt).catch(error => {
    setDifferences(runtime, attempt.facts.differences)
    throw error
  })
  const report = { host: inputs.ssh.host, ...runFacts(begun, runtime), ...result }
  annotateWarnings(runtime.log, report.warnings)
  setRestoreOutputs(runtime, report)
  await runtime.summary(renderRestoreSummary(scrubRestore(report, runtime.scrub)))
  if (report.result === 'dry-run') {
    refuseErrors(report.checks)
    runtime.log.notice('This restore can be done; nothing was written.', 'Dry run')
  } else runtime.log.notice(restoredSentence(report), 'Restored')
}

function summarize(begun: BegunRestore, failure: FailureFacts, runtime: Runtime): string {
  const { inputs, attempt } = begun
  const { facts } = attempt
  // A dry run that checked everything has already written its summary.
  if (inputs.isDryRun) return facts.checks === undefined ? renderRefusal(failure, 'Dry run') : ''
  const report: RestoreReport = {
    ...{ items: [], safetyKeys: [], ...facts, host: inputs.ssh.host, ...runFacts(begun, runtime) },
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
