import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FailureError } from '../../../runtime/errors'
import type { DatabaseAccess } from '../client/database-access'
import { databaseServerOver } from '../database-server'
import type { ServerVersion } from '../target/server-version'
import type { DrillPlace } from './drill-place'
import type { DrillSettings } from './drill-settings'
import { initialOptions, installerNames, serverOptions } from './throwaway-options'
import { endOf, type ToolProcess } from './tool-process'

/** A database server that only this process can reach, and of which nothing remains. */
export interface ThrowawayServer {
  /** As its root, over its socket. */
  readonly access: DatabaseAccess
  /** Rejects when the server ends before `stop`. Never resolves. */
  readonly lost: Promise<never>
  /** Ends it at once. Its data is removed with its folder. */
  stop(): Promise<void>
}

export interface ThrowawayRequest {
  place: DrillPlace
  /** The server program, as a path in the place. */
  program: string
  flavor: ServerVersion['flavor']
  /** Default: a stock server. */
  settings?: DrillSettings
  signal: AbortSignal
}

/** How long a server may take until it answers. */
const startLimitMs = 120_000

/**
 * Creates a data folder and starts a server on it: no network, no option files, no events, no durability. Throws
 * `FailureError` with the last output of the server when it does not start; then nothing runs.
 */
export async function startThrowawayServer(request: ThrowawayRequest): Promise<ThrowawayServer> {
  const first = await attempt(request, request.program)
  if (!('failed' in first)) return first
  if (!first.failed.isDenied) throw first.failed.error
  // AppArmor on Ubuntu confines /usr/sbin/mysqld, by its path, to /var/lib/mysql. A copy is not confined.
  const { place, program } = request
  const copy = join(place.folder, basename(program))
  const { exitCode } = await place.run('cp', [program, copy])
  request.signal.throwIfAborted()
  const second = exitCode === 0 ? await attempt(request, copy) : first
  if ('failed' in second) throw second.failed.error
  return second
}

interface Failed {
  failed: { error: FailureError; isDenied: boolean }
}

async function attempt(request: ThrowawayRequest, program: string): Promise<ThrowawayServer | Failed> {
  const { place, flavor, settings, signal } = request
  const paths = {
    data: join(place.folder, 'data'),
    socket: join(place.folder, 's'),
    // Where SQL may write files to, and read them from.
    exchange: join(place.folder, 'exchange'),
    isRoot: place.isRoot,
    extra: settings?.options ?? [],
    ...(program === request.program ? {} : { baseFolder: dirname(dirname(request.program)) }),
  }
  await place.run('rm', ['-rf', paths.data, paths.exchange])
  await place.run('mkdir', ['-p', '-m', '700', paths.exchange, ...(flavor === 'mysql' ? [paths.data] : [])])
  await place.give([paths.exchange, ...(flavor === 'mysql' ? [paths.data] : [])])
  signal.throwIfAborted()
  const installer = flavor === 'mysql' ? program : await findInstaller(place, program)
  const making = place.start(installer, initialOptions(flavor, paths))
  const made = await endOf(making, signal)
  if (made.code !== 0) return failed(`${basename(installer)} ${made.how}`, making)

  const server = place.start(program, serverOptions(paths))
  const access = { user: 'root', password: '', socket: paths.socket }
  let isStopped = false
  const stop = async (): Promise<void> => {
    isStopped = true
    server.kill()
    await server.ended
  }
  const lost = server.ended.then<never>(({ how }) =>
    isStopped ? new Promise<never>(() => {}) : Promise.reject(diedError(`${basename(program)} ${how}`, server)),
  )
  lost.catch(() => {})
  const over = new AbortController()
  try {
    const both = AbortSignal.any([signal, over.signal])
    await Promise.race([
      answering(place, access, both).then(() => setUp(place, access, settings ?? { sql: [], zones: [] }, both)),
      lost,
    ])
    return { access, lost, stop }
  } catch (error) {
    over.abort()
    await stop()
    signal.throwIfAborted()
    return failed(error instanceof FailureError ? error.message : String(error), server)
  }
}

async function findInstaller(place: DrillPlace, program: string): Promise<string> {
  const looking = installerNames.map(name => `command -v ${name}`).join(' || ')
  const { stdout } = await place.run('sh', ['-c', looking])
  const found = stdout.trim()
  if (found !== '') return found
  throw new FailureError(`${installerNames[0]}, which creates a data folder for ${program}, was not found.`, {
    advice:
      'Install the whole server package (Debian, Ubuntu: apt install mariadb-server), or name an image in "drill-server".',
  })
}

/** Checks with a statement that runs like those of the drill. */
async function answering(place: DrillPlace, access: DatabaseAccess, signal: AbortSignal): Promise<void> {
  const server = databaseServerOver(place.connection)
  const deadlineMs = performance.now() + startLimitMs
  for (;;) {
    signal.throwIfAborted()
    try {
      await server.runSql({ access, sql: 'SELECT 1;', name: 'the first statement on the throwaway server' })
      return
    } catch (error) {
      if (performance.now() > deadlineMs) throw error
      await sleep(100)
    }
  }
}

/** As the old server was set; a setting that this one does not know is passed over. */
async function setUp(
  place: DrillPlace,
  access: DatabaseAccess,
  { sql, zones }: Pick<DrillSettings, 'sql' | 'zones'>,
  signal: AbortSignal,
): Promise<void> {
  const statements = [...sql, ...(zones.length === 0 ? [] : ['USE mysql;'])]
  for (const zone of zones) statements.push((await place.run('sh', ['-c', zoneSql, 'sh', zone])).stdout)
  if (statements.length === 0) return
  const name = 'the settings of the throwaway server'
  await databaseServerOver(place.connection).runSql({ access, sql: statements.join('\n'), name, goesOn: true, signal })
}

/** Without the zone, or the tool, it prints nothing; what needs it is refused then. */
const zoneSql =
  'tool=$(command -v mariadb-tzinfo-to-sql || command -v mysql_tzinfo_to_sql) && "$tool" "/usr/share/zoneinfo/$1" "$1"'

function failed(what: string, tool: ToolProcess): Failed {
  const lines = tool.lastLines()
  const isDenied = lines.some(line => /permission denied|errno:? 13\b|\bEACCES\b/i.test(line))
  return { failed: { error: diedError(what, tool), isDenied } }
}

function diedError(what: string, tool: ToolProcess): FailureError {
  return new FailureError(`The throwaway database server of the drill could not be used: ${what.replace(/\.$/, '')}.`, {
    advice:
      'Its last output is in the log. Check for a full disk or too little memory on the runner, or use a container: name an image in "drill-server".',
    detail: tool.lastLines(),
  })
}
