import { refuseWrong } from '../commands/refuse-wrong'
import { restore } from '../commands/restore/restore'
import type { RestoreReport } from '../commands/restore/restore-report'
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
  let report: RestoreReport | undefined
  const putBack = async () => {
    const inputs = loadRestoreInputs(runtime, process.env)
    report = emptyReport(inputs, runtime.clock.now())
    const repository = openRepository(inputs.s3)
    try {
      await restore(inputs, { runtime, repository, connect }, report)
    } finally {
      repository.store.close()
    }
    report.finishedAt = runtime.clock.now()
    annotateWarnings(runtime.log, report.warnings)
    setRestoreOutputs(runtime, report)
    await runtime.summary(renderRestoreSummary(scrubRestore(report, runtime.scrub)))
    if (report.result === 'dry-run') {
      refuseWrong({ findings: report.checks?.findings ?? [] })
      runtime.log.notice('This restore can be done; nothing was written.', 'Dry run')
    } else runtime.log.notice(restoredSentence(report), 'Restored')
  }
  const summarize = (failure: FailureFacts): string => {
    // A dry run has already written its summary; wrong inputs have an annotation.
    if (report === undefined || report.result === 'dry-run') return ''
    const result = failure.kind === 'cancelled' ? 'cancelled' : 'failed'
    const ended = { ...report, result, failure, finishedAt: runtime.clock.now() } as const
    return renderRestoreSummary(scrubRestore(ended, runtime.scrub))
  }
  return runAction(runtime, putBack, {
    get safe() {
      return stillSafe(report)
    },
    summarize,
  })
}

/**
 * For failures without their own text: those before the first write, and runs that had no time to roll back.
 */
function stillSafe(report: RestoreReport | undefined): string {
  if (report?.hasBegun !== true) {
    return 'Nothing on the server was changed: databases and folders are as they were. Nothing in the bucket was changed.'
  }
  const dumps =
    report.safetyKeys.length === 0 ? '' : ` Safety dumps of the databases: ${report.safetyKeys.join(', ')}.`
  return `The restore had begun to write. The post step of this action rolls back what is half done, or prints the commands that fix it.${dumps} All recovery points in the bucket are intact.`
}

function emptyReport({ ssh, s3 }: RestoreInputs, now: Date): RestoreReport {
  return {
    result: 'failed',
    host: ssh.host,
    store: reportedStore(s3),
    startedAt: now,
    finishedAt: now,
    items: [],
    safetyKeys: [],
    hasBegun: false,
    warnings: [],
    phases: [],
  }
}
