import { runJob } from '../../server/job'
import { explainFailure } from '../../server/job-errors'
import type { Connection } from '../../ssh/remote'
import { clientLines } from '../mysql/client/client-request'
import type { DatabaseAccess } from '../mysql/client/database-access'
import { parseTarget, type TargetFacts } from './parse-target'
import { preflight } from './preflight'

/** Which databases and places a restore is about. */
export interface TargetRequest {
  access: DatabaseAccess
  /** By their names there; empty: the database server is not asked. */
  databases: readonly string[]
  /** Absolute; where folders are to go. */
  folders: readonly string[]
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** The job `target-facts`, and the views of a preflight that would end a dump of what is there. Reads only. */
export async function targetFacts(
  connection: Connection,
  { access, databases, folders, signal }: TargetRequest,
): Promise<TargetFacts> {
  const name = 'the check of the target'
  const client = clientLines({ access, databases, dumpOptions: [] })
  const paths = folders.map(path => ['path', path] as const)
  const { text, report } = await runJob(connection, 'target-facts', [...client, ...paths], {
    explain: failure => explainFailure(name, failure),
    signal,
  })
  const isDatabaseWrong = report.problem !== undefined || (report.statuses.get('inventory') ?? 0) !== 0
  const facts = parseTarget(
    text,
    isDatabaseWrong ? explainFailure(name, { exit: { kind: 'code', code: 70 }, report }) : undefined,
  )
  if (facts.database === undefined) return facts
  const nothing = { dumpOptions: [], paths: [], exclude: [], mirrorDir: '', estimates: false }
  const { brokenViews } = await preflight(connection, { access, databases, ...nothing, signal }, client)
  return { ...facts, database: { ...facts.database, brokenViews } }
}
