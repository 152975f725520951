import { runJob } from '../../server/job'
import { explainFailure, isGoodStatus } from '../../server/job-errors'
import type { JobReport } from '../../server/job-report'
import type { Request } from '../../server/request'
import type { Connection } from '../../ssh/remote'
import type { DatabaseAccess } from '../mysql/client/database-access'
import type { HostFacts } from './host-facts'
import { parseHostFacts } from './parse-host-facts'

export interface PreflightRequest {
  access: DatabaseAccess
  /** Empty: no database is looked at. */
  databases: 'all' | readonly string[]
  dumpOptions: readonly string[]
  paths: readonly string[]
  exclude: readonly string[]
  mirrorDir: string
  /** Also count what the mirror needs: rsync walks through all folders for it. */
  estimates: boolean
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** The tools by the names that `HostFacts.tools` uses. */
export type ServerTool = 'rsync' | 'tar' | 'gzip' | 'pigz' | 'zstd' | 'client' | 'dump-tool'

/** The job `preflight`. `clientLines`: how to log in to the database, and which ones are meant. Reads only. */
export async function preflight(
  connection: Connection,
  request: PreflightRequest,
  clientLines: Request,
): Promise<HostFacts> {
  const name = 'the preflight'
  const { text, report } = await runJob(
    connection,
    'preflight',
    [
      ...clientLines,
      ...request.paths.map(path => ['path', path] as const),
      ...request.exclude.map(pattern => ['exclude', pattern] as const),
      ['mirror', request.mirrorDir],
      ['estimate', request.estimates ? 'yes' : ''],
    ],
    { explain: failure => explainFailure(name, failure), signal: request.signal },
  )
  const explain = (told: JobReport) =>
    explainFailure(name, { exit: { kind: 'code', code: 70 }, report: told })
  const isRsyncGood = [...report.statuses].every(([stage, status]) => isGoodStatus(stage, status))
  return {
    ...parseHostFacts(text),
    problems: [
      ...(report.problem === undefined ? [] : [explain(report)]),
      ...(isRsyncGood ? [] : [explain({ ...report, problem: undefined })]),
    ],
  }
}
