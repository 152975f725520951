import type { Connection } from '../ssh/connection'
import {
  type CompressionSettings,
  clientLines,
  compressionLines,
  locationOptions,
  lockFolder,
  optionLines,
  toArgument,
} from './client-request'
import type { Compression } from './compression'
import type { DatabaseAccess } from './database-access'
import type { DumpArguments } from './dump-arguments'
import { type Examination, type PreflightRequest, preflight } from './examine'
import { type Job, runJob, startJob } from './job'
import { explainFailure } from './job-errors'
import type { ReportLine } from './job-report'
import { type Findings, parseInventory } from './parse-inventory'
import type { Request } from './request'
import { type CommandRequest, runCommand } from './run-command'

export type { CompressionSettings }

/**
 * The jobs that a backup runs on the server. Every method is one job of the script, of the same name (`docs/protocol.md`), on a
 * channel of its own.
 */
export interface Server {
  /** Takes the lock named `lock`, or waits for it so long; throws UserError naming the owner when it stays taken. */
  takeLock(request: LockRequest): Promise<ServerLock>
  /** What tools, folders and databases are there. Reads only. */
  inventory(request: InventoryRequest): Promise<Findings>
  /** What a backup would meet on the server; see `examine.ts`. Reads only. */
  preflight(request: PreflightRequest): Promise<Examination>
  /** The dump of one database, compressed. */
  openDump(request: DumpRequest): Promise<Job>
  /** Mirrors the folders, then streams the mirror as a tar archive, compressed. */
  openArchive(request: ArchiveRequest): Promise<Job>
  /** Runs shell text of the user's and returns the lines it printed; see `run-command.ts`. */
  runCommand(request: CommandRequest): Promise<string[]>
  /** Ends what a killed run of this owner left: its processes and its locks. */
  cleanUp(request: { lock: string; owner: string; mirrorDir: string }): Promise<string[]>
}

export interface LockRequest {
  lock: string
  /** Said to others who find the lock taken. */
  owner: string
  waitSeconds: number
}

export interface ServerLock {
  /** Owners whose locks were taken over because they were dead. */
  readonly recovered: readonly string[]
  /** Rejects when the lock is lost before its release: the connection broke. Never resolves otherwise. */
  readonly lost: Promise<never>
  release(): Promise<void>
}

export interface InventoryRequest {
  access: DatabaseAccess
  databases: 'all' | readonly string[]
  paths: readonly string[]
  compression: Compression
  dumpOptions: readonly string[]
}

export interface DumpRequest {
  access: DatabaseAccess
  database: string
  arguments: DumpArguments
  compression: CompressionSettings
}

export interface ArchiveRequest {
  paths: readonly string[]
  exclude: readonly string[]
  mirrorDir: string
  bandwidthLimit?: string
  allowEmpty: boolean
  compression: CompressionSettings
  owner: string
  onReport: (line: ReportLine) => void
}

/** The server at the other end of a connection. */
export function serverOver(connection: Connection): Server {
  return {
    takeLock: request => takeLock(connection, request),
    inventory: request => inventory(connection, request),
    preflight: request => preflight(connection, request, clientLines(request)),
    openDump: request => openDump(connection, request),
    openArchive: request => openArchive(connection, request),
    runCommand: request => runCommand(connection, request),
    cleanUp: async ({ lock, owner, mirrorDir }) => {
      const request: Request = [
        ['lock', lockFolder(lock)],
        ['owner', owner],
        ['mirror', mirrorDir],
      ]
      const { report } = await runJob(connection, 'clean-up', request, {
        explain: failure => explainFailure('the clean-up', failure),
      })
      return report.recovered
    },
  }
}

async function takeLock(
  connection: Connection,
  { lock, owner, waitSeconds }: LockRequest,
): Promise<ServerLock> {
  let locked = () => {}
  const taken = new Promise<void>(resolve => {
    locked = resolve
  })
  const recovered: string[] = []
  const job = await startJob(
    connection,
    'take-lock',
    [
      ['lock', lockFolder(lock)],
      ['owner', owner],
      ['wait-seconds', String(waitSeconds)],
    ],
    {
      explain: failure => explainFailure('the locking of the server', failure),
      onReport: ({ word, value }) => {
        if (word === 'recovered') recovered.push(value)
        if (word === 'phase') locked()
      },
    },
  )
  job.body.on('error', () => {}).resume() // The job prints nothing; `done` carries the error.
  let released = false
  const lost = job.done.then<never>(
    () => new Promise<never>(() => {}),
    error => (released ? new Promise<never>(() => {}) : Promise.reject(error)),
  )
  lost.catch(() => {})
  await Promise.race([taken, lost])
  return {
    recovered,
    lost,
    release: async () => {
      released = true
      job.send('release')
      await job.done.catch(() => {}) // A lock that broke is released by its breaking.
    },
  }
}

async function inventory(connection: Connection, request: InventoryRequest): Promise<Findings> {
  const { text } = await runJob(
    connection,
    'inventory',
    [
      ...clientLines(request),
      ...request.paths.map(path => ['path', path] as const),
      ['compression', request.compression],
    ],
    { explain: failure => explainFailure('the inventory', failure) },
  )
  return parseInventory(text)
}

function openDump(connection: Connection, request: DumpRequest): Promise<Job> {
  const { access, database } = request
  const location = locationOptions(access)
  return startJob(
    connection,
    'open-dump',
    [
      ...optionLines(access),
      ...[...location, ...request.arguments.main].map(toArgument),
      ...(request.arguments.structure.length === 0
        ? []
        : [...location, ...request.arguments.structure].map(value => ['structure', value] as const)),
      ...compressionLines(request.compression),
    ],
    { explain: failure => explainFailure(`the dump of database ${JSON.stringify(database)}`, failure) },
  )
}

function openArchive(connection: Connection, request: ArchiveRequest): Promise<Job> {
  return startJob(
    connection,
    'open-archive',
    [
      ...request.paths.map(path => ['path', path] as const),
      ...request.exclude.map(pattern => ['exclude', pattern] as const),
      ['mirror', request.mirrorDir],
      ['bandwidth', request.bandwidthLimit ?? ''],
      ['allow-empty', request.allowEmpty ? 'yes' : ''],
      ['owner', request.owner],
      ['wait-seconds', '20'],
      ...compressionLines(request.compression),
    ],
    { explain: failure => explainFailure('the copy of the files', failure), onReport: request.onReport },
  )
}
