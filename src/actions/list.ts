import { type ListedServer, listFleet } from '../commands/list/fleet'
import { type ListResult, list } from '../commands/list/list'
import { newestSentence } from '../commands/list/list-lines'
import { type ListReport, newestGood } from '../commands/list/list-report'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { type ListInputs, loadListInputs } from '../inputs/list'
import { annotateWarnings } from '../report/annotations'
import { setFleetOutputs } from '../report/outputs/fleet-outputs'
import { setListOutputs } from '../report/outputs/list-outputs'
import { renderFleetPage, serializeFleet } from '../report/page/fleet-page'
import { statusOfList } from '../report/page/list-status'
import { serializeStatus } from '../report/page/status-document'
import { renderStatusPage } from '../report/page/status-page'
import { scrubListReport } from '../report/scrub'
import { type FleetServer, fleetSentence, renderFleetSummary } from '../report/summary/fleet-summary'
import { renderListSummary } from '../report/summary/list-summary'
import type { Repository } from '../repository/repository'
import { defined } from '../runtime/defined'
import type { Runtime } from '../runtime/runtime'
import { type Begun, commandAction } from './command-action'
import { putPage } from './list-page'
import type { ActionEnd } from './run-action'

/** What is known of a list before it ends: of one prefix, or of a fleet. */
interface ListFacts extends ListResult {
  servers: readonly ListedServer[]
}

type BegunList = Begun<ListInputs, ListFacts>

/** The action `list`: recovery points, their ages, missing ones. Sets outputs and summary even when it fails. */
export function listAction(runtime: Runtime): Promise<ActionEnd> {
  return commandAction<ListInputs, ListFacts>(runtime, {
    name: () => 'List',
    load: loadListInputs,
    run: (begun, _, repository) => {
      const { fleet } = begun.inputs
      return fleet === undefined ? listOne(begun, runtime, repository) : listAll(begun, fleet, runtime, repository)
    },
    alarm: 'list',
    lastGoodAt: facts => newestGood(facts)?.facts.takenAt,
    safe: () => 'Nothing was changed: a list only reads the bucket.',
    summarize: (begun, failure) =>
      begun.attempt.facts.servers === undefined
        ? renderListSummary(reportOf(begun, runtime, failure))
        : renderFleetSummary({ store: reportedStore(begun.inputs.s3), servers: serversOf(begun, runtime), failure }),
  })
}

async function listOne(begun: BegunList, runtime: Runtime, repository: Repository): Promise<void> {
  const { error, ...result } = await list(begun.inputs, { runtime, repository })
  begun.attempt.learn(result)
  const report = reportOf(begun, runtime)
  annotateWarnings(runtime.log, report.warnings)
  const status = statusOfList(report)
  const files = { page: renderStatusPage(status), document: serializeStatus(status) }
  setListOutputs(runtime, report, await publish(files, runtime))
  if (error !== undefined) throw error
  if (newestGood(report) !== undefined) runtime.log.notice(newestSentence(report), 'Listed')
  await runtime.summary(renderListSummary(report))
}

async function listAll(
  begun: BegunList,
  fleet: readonly string[],
  runtime: Runtime,
  repository: Repository,
): Promise<void> {
  const { servers: found, warnings, error } = await listFleet(begun.inputs, fleet, { runtime, repository })
  begun.attempt.learn({ servers: found })
  const servers = serversOf(begun, runtime)
  annotateWarnings(runtime.log, warnings)
  const statuses = servers.map(({ report, ...rest }) => ({ ...rest, status: report && statusOfList(report) }))
  const files = { page: renderFleetPage(statuses), document: serializeFleet(statuses) }
  setFleetOutputs(runtime, servers, await publish(files, runtime))
  if (error !== undefined) throw error
  runtime.log.notice(fleetSentence(servers), 'Listed')
  await runtime.summary(renderFleetSummary({ store: reportedStore(begun.inputs.s3), servers }))
}

async function publish(files: { page: string; document: string }, { log }: Runtime): Promise<string> {
  return (await putPage(files, { log, tempFolder: process.env['RUNNER_TEMP'] ?? '' })) ?? ''
}

function serversOf({ inputs, attempt }: BegunList, { scrub }: Runtime): FleetServer[] {
  return (attempt.facts.servers ?? []).map(({ prefix, result, error }) => {
    const store = reportedStore({ ...inputs.s3, prefix })
    const report = result && scrubListReport({ ...result, store, areSignaturesRequired: isTrusting(inputs) }, scrub)
    return { prefix, report, ...defined({ problem: error && scrub(error.title) }) }
  })
}

function reportOf({ inputs, attempt }: BegunList, { scrub }: Runtime, failure?: FailureFacts): ListReport {
  const { servers: _, ...known } = { now: attempt.startedAt, warnings: [], ...attempt.facts, ...defined({ failure }) }
  const facts = { store: reportedStore(inputs.s3), areSignaturesRequired: isTrusting(inputs) }
  return scrubListReport({ ...facts, ...known }, scrub)
}

function isTrusting({ signing }: ListInputs): boolean {
  return signing.trust !== undefined
}
