import type { Connection } from '../ssh/connection'
import type { DatabaseAccess } from './database-access'
import { runJob } from './job'
import { explainFailure, isGoodStatus } from './job-errors'
import type { JobReport } from './job-report'
import { type FolderState, parseExamination } from './parse-examination'
import type { Findings } from './parse-inventory'
import type { Request } from './request'

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
}

/** What a backup would meet on a server. What could not be found out is undefined. */
export interface Examination {
  /** The server's clock, in whole seconds. */
  clock: Date
  /** By name, what each tool says of itself ('' when nothing); those that are missing are not there. */
  tools: ReadonlyMap<string, string>
  /** Where locks are kept. */
  lockFolder: OwnFolder
  paths: Findings['paths']
  /** Undefined without paths. */
  mirror?: OwnFolder
  /** On the disk that holds the mirror, for the SSH user. */
  freeBytes?: number
  estimate?: MirrorEstimate
  /** Views that stand on something that is gone: a dump ends there. */
  brokenViews: readonly { database: string; name: string }[]
  /** What went wrong on the way, rsync's rehearsal included; the rest was found out all the same. */
  problems: readonly Error[]
}

/** A folder that a backup makes for itself. `impossible`: it is not there and cannot be made. */
export interface OwnFolder {
  path: string
  state: FolderState
}

export interface MirrorEstimate {
  /** What rsync has yet to copy into the mirror. */
  missingBytes: number
  missingFiles: number
}

/** The tools by the names that `Examination.tools` uses. */
export type ServerTool = 'rsync' | 'tar' | 'gzip' | 'pigz' | 'zstd' | 'client' | 'dump-tool'

/** The job `preflight`. `clientLines`: how to log in to the database, and which ones are meant. Reads only. */
export async function preflight(
  connection: Connection,
  request: PreflightRequest,
  clientLines: Request,
): Promise<Examination> {
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
    { explain: failure => explainFailure(name, failure) },
  )
  const explain = (told: JobReport) =>
    explainFailure(name, { exit: { kind: 'code', code: 70 }, report: told })
  const isRsyncGood = [...report.statuses].every(([stage, status]) => isGoodStatus(stage, status))
  return {
    ...parseExamination(text),
    problems: [
      ...(report.problem === undefined ? [] : [explain(report)]),
      ...(isRsyncGood ? [] : [explain({ ...report, problem: undefined })]),
    ],
  }
}
