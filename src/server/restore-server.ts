import type { Writable } from 'node:stream'
import type { Connection } from '../ssh/connection'
import { clientLines, compressionLines, locationOptions, optionLines, toArgument } from './client-request'
import type { Compression } from './compression'
import type { DatabaseAccess } from './database-access'
import { importError } from './import-error'
import { type Job, runJob, startJob } from './job'
import { explainFailure } from './job-errors'
import type { JobReport } from './job-report'
import { targetFacts } from './look-at-target'
import type { TargetFacts } from './parse-target'
import { parseTrees, type TreeCount } from './parse-trees'
import type { Request } from './request'

/**
 * The jobs that a restore runs on the server. Every method is one job of the script, of the same name (`docs/protocol.md`), on a
 * channel of its own.
 */
export interface RestoreServer {
  /** What stands where things are to go, and what the database server can take. Reads only. */
  targetFacts(request: TargetRequest): Promise<TargetFacts>
  /** Runs SQL of ours as a script and returns what it printed, without headings. Throws as the client's error says. */
  runSql(request: SqlRequest): Promise<string>
  /** Takes SQL, compressed, into a database. The first statement that fails ends it. */
  openImport(request: ImportRequest): Promise<Intake>
  /** Takes a tar archive, compressed, into a fresh folder: its entries lie below `<staging>/tree`. */
  openExtract(request: ExtractRequest): Promise<Intake>
  /** What is in these folders, in their order. */
  countTrees(folders: readonly string[]): Promise<TreeCount[]>
  /** Puts unpacked folders into their places by renames, all or none. */
  swap(swaps: readonly FolderSwap[]): Promise<void>
  /** What became of each of these swaps. Waits for a swap that is still going on. */
  swapState(swaps: readonly FolderSwap[]): Promise<SwapState[]>
  /** Undoes those of the swaps that were done, wholly or half. Returns their places, which have again what stood there before. */
  unswap(swaps: readonly FolderSwap[]): Promise<string[]>
  /**
   * Removes the unpacked folders of this owner, and what was put aside and is an empty folder. The swaps are one set: unless all of them are
   * done, what was done of them is undone first. Returns the places that were undone so.
   */
  tidyUp(request: {
    staging: readonly string[]
    owner: string
    swaps: readonly FolderSwap[]
  }): Promise<string[]>
}

export interface TargetRequest {
  access: DatabaseAccess
  /** By their names there; empty: the database server is not asked. */
  databases: readonly string[]
  /** Absolute; where folders are to go. */
  folders: readonly string[]
}

export interface SqlRequest {
  access: DatabaseAccess
  sql: string
  /** The database that is chosen for it. */
  database?: string
  /** What it is about, for messages: `the making of database "shop"`. */
  name: string
  /** Ends it. */
  signal?: AbortSignal
}

export interface ImportRequest {
  access: DatabaseAccess
  database: string
  /** Of what is sent. */
  compression: Compression
  /** What stands on a line of what was sent, for messages without row data. */
  where: (line: number) => string | undefined
}

export interface ExtractRequest {
  /** Absolute, not there yet; the folder above it is. */
  staging: string
  /** Written into it, so that only its owner removes it. */
  owner: string
  /** Which of the archive's folders, absolute. */
  paths: readonly string[]
  /** Of what is sent. */
  compression: Compression
}

/** A job that takes data. */
export interface Intake {
  /** For `pipeline`. Its end is the end of the data. */
  readonly input: Writable
  /** Rejects with what the person reads. `input` may fail earlier, with less to say. */
  readonly done: Promise<JobReport>
  close(): void
}

/** One folder that changes its place. All absolute, on one disk. */
export interface FolderSwap {
  unpacked: string
  place: string
  /** Where to what stands at the place is put; must not be there. */
  kept: string
}

/** `half`: the place is empty; `waiting`: not begun; `unknown`: nothing on the server shows it any more. */
export type SwapState = 'done' | 'half' | 'waiting' | 'unknown'

/** The server at the other end of a connection. */
export function restoreServerOver(connection: Connection): RestoreServer {
  return {
    targetFacts: request => targetFacts(connection, request),
    runSql: request => runSql(connection, request),
    openImport: request => openImport(connection, request),
    openExtract: request => openExtract(connection, request),
    countTrees: async folders => {
      const { text } = await runJob(
        connection,
        'count-trees',
        folders.map(path => ['path', path] as const),
        {
          explain: failure => explainFailure('the count of what was unpacked', failure),
        },
      )
      return parseTrees(text, folders.length)
    },
    swap: async swaps => {
      await runJob(connection, 'swap', swapLines(swaps), {
        explain: failure => explainFailure('the swap of the folders', failure),
      })
    },
    swapState: async swaps => {
      const { text } = await runJob(connection, 'swap-state', swapLines(swaps), {
        explain: failure => explainFailure('the check of the swap', failure),
      })
      return swaps.map((_, index) => swapStateOf(text, index))
    },
    unswap: async swaps => {
      const { report } = await runJob(connection, 'unswap', swapLines(swaps), {
        explain: failure => explainFailure('the rollback of the swap', failure),
      })
      return report.swapped
    },
    tidyUp: async ({ staging, owner, swaps }) => {
      const request: Request = [
        ...staging.map(path => ['staging', path] as const),
        ['owner', owner],
        ...swapLines(swaps),
      ]
      const { report } = await runJob(connection, 'tidy-up', request, {
        explain: failure => explainFailure('the clean-up', failure),
      })
      return report.swapped
    },
  }
}

async function runSql(
  connection: Connection,
  { access, sql, database, name, signal }: SqlRequest,
): Promise<string> {
  const chosen: Request = database === undefined ? [] : [toArgument(`--database=${database}`)]
  const { text } = await runJob(
    connection,
    'run-sql',
    [
      ...clientLines({ access, databases: [], dumpOptions: [] }),
      toArgument('--loose-skip-print-query-on-error'),
      ...chosen,
      ['text', sql],
    ],
    {
      explain: failure => importError(name, failure, () => undefined),
      ...(signal === undefined ? {} : { signal }),
    },
  )
  return text
}

/**
 * The dump is somebody else's text: in binary mode the client runs no commands of its own (`\!`) but DELIMITER, and reads no files.
 * `--comments`: without it the MariaDB client takes the comments out of the bodies of routines.
 */
const importOptions = [
  '--batch',
  '--binary-mode',
  '--comments',
  '--skip-force',
  '--default-character-set=utf8mb4',
  '--max-allowed-packet=1G',
  '--loose-skip-reconnect',
  '--loose-local-infile=0',
  '--loose-skip-system-command',
  '--loose-skip-print-query-on-error',
  '--loose-connect-timeout=20',
]

function openImport(
  connection: Connection,
  { access, database, compression, where }: ImportRequest,
): Promise<Intake> {
  const options = [...locationOptions(access), ...importOptions, `--database=${database}`]
  const name = `the import into database ${JSON.stringify(database)}`
  return intake(
    startJob(
      connection,
      'open-import',
      [...optionLines(access), ...options.map(toArgument), ...compressionLines({ kind: compression })],
      { takesData: true, explain: failure => importError(name, failure, where) },
    ),
  )
}

function openExtract(
  connection: Connection,
  { staging, owner, paths, compression }: ExtractRequest,
): Promise<Intake> {
  return intake(
    startJob(
      connection,
      'open-extract',
      [
        ['staging', staging],
        ['owner', owner],
        ...paths.map(path => ['path', path] as const),
        ...compressionLines({ kind: compression }),
      ],
      { takesData: true, explain: failure => explainFailure('the unpacking of the files', failure) },
    ),
  )
}

async function intake(starting: Promise<Job>): Promise<Intake> {
  const job = await starting
  job.body.on('error', () => {}).resume() // The job prints nothing; `done` carries the error.
  return { input: job.input, done: job.done, close: () => job.close() }
}

function swapLines(swaps: readonly FolderSwap[]): Request {
  return swaps.map(({ unpacked, place, kept }) => ['swap', `${unpacked}\t${place}\t${kept}`] as const)
}

function swapStateOf(text: string, index: number): SwapState {
  const states: readonly SwapState[] = ['done', 'half', 'waiting']
  const lines = text.split('\n')
  return states.find(state => lines.includes(`swap\t${index}\t${state}`)) ?? 'unknown'
}
