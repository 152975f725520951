import { FailureError } from '../../runtime/errors'
import { runJob } from '../../server/job'
import { explainFailure, isGoodStatus, type JobKnowledge } from '../../server/job-errors'
import type { JobReport } from '../../server/job-report'
import { parseSystem, type ServerSystem, unknownSystem } from '../../server/missing-tool'
import type { Request } from '../../server/request'
import type { Connection } from '../../ssh/remote'
import { type AnswerRow, readAnswer } from './answer'

/** What every backup meets on a server. */
export interface HostFacts {
  /** The server's clock, in whole seconds. */
  clock: Date
  /** The version line of each installed tool by name, '' when it prints none. */
  tools: ReadonlyMap<string, string>
  system: ServerSystem
  /** See `JobReport.served`. */
  served: string | undefined
  /** Where locks are kept. */
  lockFolder: OwnFolder
  /** What failed on the way, including rsync's dry run; everything else was still found out. */
  problems: readonly Error[]
}

/**
 * A folder that a backup creates for itself. `impossible`: it does not exist and cannot be created. `space`, `inodes`:
 * what its disk has none of.
 */
export interface OwnFolder {
  path: string
  state: (typeof folderStates)[number]
}

const folderStates = ['present', 'absent', 'unusable', 'impossible', 'space', 'inodes'] as const

/** Reads the rows of one source that the job `preflight` printed, by their first word. */
export type PreflightReaders = ReadonlyMap<string, (row: AnswerRow) => void>

/** The part of a source in a preflight. */
export interface HostRequest {
  request: Request
  readers: PreflightReaders
  knowledge: JobKnowledge
  signal: AbortSignal | undefined
}

/** The job `preflight`. Reads only. Throws when the server gives no valid answer. */
export async function hostFacts(
  connection: Connection,
  { request, readers, knowledge, signal }: HostRequest,
): Promise<HostFacts> {
  const name = 'the preflight'
  const { text, report } = await runJob(connection, 'preflight', request, {
    explain: failure => explainFailure(name, failure, knowledge),
    signal,
  })
  const explain = (reported: JobReport) =>
    explainFailure(name, { exit: { kind: 'code', code: 70 }, report: reported }, knowledge)
  const isRsyncGood = [...report.statuses].every(([stage, status]) => isGoodStatus(stage, status, knowledge))
  const tools = new Map<string, string>()
  let clock: Date | undefined
  let lockFolder: OwnFolder | undefined
  let system = unknownSystem
  const own: PreflightReaders = new Map<string, (row: AnswerRow) => void>([
    ['clock', row => (clock = clockOf(row))],
    ['system', row => (system = parseSystem(row.field(1)))],
    ['tool', row => tools.set(row.field(1), row.rest(2))],
  ])
  const folders = (row: AnswerRow) => {
    // When the first lock folder is impossible, a second row follows.
    if (row.field(1) === 'lock') lockFolder = ownFolder(row)
    else readers.get('folder')?.(row)
  }
  readAnswer(text, name, new Map([...readers, ...own, ['folder', folders]]), undefined)
  if (clock === undefined || lockFolder === undefined)
    throw new FailureError('The server answered the preflight with lines that make no sense.')
  return {
    ...{ clock, lockFolder, tools, system, served: report.served },
    problems: [
      ...(report.problem === undefined ? [] : [explain(report)]),
      ...(isRsyncGood ? [] : [explain({ ...report, problem: undefined })]),
    ],
  }
}

/** A row `folder`: which folder, its state, and its path. */
export function ownFolder(row: AnswerRow): OwnFolder {
  const state = folderStates.find(each => each === row.field(2)) ?? row.isUnreadable()
  return { path: row.rest(3), state }
}

function clockOf(row: AnswerRow): Date {
  const seconds = Number(row.field(1))
  return Number.isSafeInteger(seconds) ? new Date(seconds * 1000) : row.isUnreadable()
}
