import { type ListResult, list } from '../commands/list/list'
import { newestSentence } from '../commands/list/list-lines'
import { type ListReport, newestGood } from '../commands/list/list-report'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { type ListInputs, loadListInputs } from '../inputs/list'
import { annotateWarnings } from '../report/annotations'
import { setListOutputs } from '../report/outputs/list-outputs'
import { scrubListReport } from '../report/scrub'
import { renderListSummary } from '../report/summary/list-summary'
import { defined } from '../runtime/defined'
import type { Runtime } from '../runtime/runtime'
import { type Begun, commandAction } from './command-action'
import type { ActionEnd } from './run-action'

/** The action `list`: recovery points, their ages, missing ones. Sets outputs and summary even when it fails. */
export function listAction(runtime: Runtime): Promise<ActionEnd> {
  return commandAction<ListInputs, ListResult>(runtime, {
    name: () => 'List',
    load: loadListInputs,
    run: async (begun, _, repository) => {
      const { error, ...result } = await list(begun.inputs, { runtime, repository })
      begun.attempt.learn(result)
      const report = reportOf(begun, runtime)
      annotateWarnings(runtime.log, report.warnings)
      setListOutputs(runtime, report)
      if (error !== undefined) throw error
      if (newestGood(report) !== undefined) runtime.log.notice(newestSentence(report), 'Listed')
      await runtime.summary(renderListSummary(report))
    },
    alarm: 'list',
    lastGoodAt: facts => newestGood(facts)?.facts.takenAt,
    safe: () => 'Nothing was changed: a list only reads the bucket.',
    summarize: (begun, failure) => renderListSummary(reportOf(begun, runtime, failure)),
  })
}

function reportOf(
  { inputs, attempt }: Begun<ListInputs, ListResult>,
  { scrub }: Runtime,
  failure?: FailureFacts,
): ListReport {
  const known = { now: attempt.startedAt, warnings: [], ...attempt.facts, ...defined({ failure }) }
  const areSignaturesRequired = inputs.signing.trust !== undefined
  const facts = { store: reportedStore(inputs.s3), areSignaturesRequired }
  return scrubListReport({ ...facts, ...known }, scrub)
}
