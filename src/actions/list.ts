import { list } from '../commands/list/list'
import { newestSentence } from '../commands/list/list-lines'
import { type ListReport, newestGood } from '../commands/list/list-report'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { loadListInputs } from '../inputs/list'
import { annotateWarnings } from '../report/annotations'
import { setListOutputs } from '../report/outputs/list-outputs'
import { scrubListReport } from '../report/scrub/scrub-list'
import { renderListSummary } from '../report/summary/list-summary'
import { openRepository } from '../repository/open-repository'
import type { Runtime } from '../runtime/runtime'
import { runAction } from './run-action'

/**
 * The action `list`: which recovery points exist, how old they are, which are missing. Sets outputs and summary even
 * when it fails.
 */
export function listAction(runtime: Runtime): Promise<void> {
  let report: ListReport | undefined
  const work = async () => {
    const { s3, ...inputs } = loadListInputs(runtime, process.env)
    const now = runtime.clock.now()
    report = { store: reportedStore(s3), now, warnings: [] }
    const repository = openRepository(s3)
    try {
      const { error, ...result } = await list({ ...inputs, s3 }, { runtime, repository }, now)
      report = { ...report, ...result }
      const found = scrubListReport(report, runtime.scrub)
      annotateWarnings(runtime.log, found.warnings)
      setListOutputs(runtime, found)
      if (error !== undefined) throw error
    } finally {
      repository.store.close()
    }
    if (newestGood(report) !== undefined) runtime.log.notice(newestSentence(report), 'Listed')
    await runtime.summary(renderListSummary(scrubListReport(report, runtime.scrub)))
  }
  const summarize = (failure: FailureFacts): string =>
    // Wrong inputs have an annotation; there is nothing to summarize.
    report === undefined ? '' : renderListSummary(scrubListReport({ ...report, failure }, runtime.scrub))
  return runAction(runtime, work, { safe: 'Nothing was changed: a list only reads the bucket.', summarize })
}
