import type { Connection } from '../ssh/connection'
import { clientLines } from './client-request'
import { preflight } from './examine'
import { runJob } from './job'
import { explainFailure } from './job-errors'
import { parseTarget, type TargetFacts } from './parse-target'
import type { TargetRequest } from './restore-server'

/** The job `target-facts`, and the views of a preflight that would end a dump of what is there. Reads only. */
export async function targetFacts(
  connection: Connection,
  { access, databases, folders }: TargetRequest,
): Promise<TargetFacts> {
  const name = 'the check of the target'
  const client = clientLines({ access, databases, dumpOptions: [] })
  const paths = folders.map(path => ['path', path] as const)
  const { text, report } = await runJob(connection, 'target-facts', [...client, ...paths], {
    explain: failure => explainFailure(name, failure),
  })
  const isDatabaseWrong = report.problem !== undefined || (report.statuses.get('inventory') ?? 0) !== 0
  const facts = parseTarget(
    text,
    isDatabaseWrong ? explainFailure(name, { exit: { kind: 'code', code: 70 }, report }) : undefined,
  )
  if (facts.database === undefined) return facts
  const nothing = { dumpOptions: [], paths: [], exclude: [], mirrorDir: '', estimates: false }
  const { brokenViews } = await preflight(connection, { access, databases, ...nothing }, client)
  return { ...facts, database: { ...facts.database, brokenViews } }
}
