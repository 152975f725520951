import { join } from 'node:path'
import { UserError } from '../../../runtime/errors'
import type { LocalCommand } from '../../../runtime/github/local-command'
import type { Connection } from '../../../ssh/remote'
import type { DatabaseAccess } from '../client/database-access'
import { nameOf, parseServerVersion, type ServerVersion } from '../target/server-version'
import { chooseDrillServer, type DrillHost, type RecordedServer, refuseUnfit } from './choose-drill-server'
import { placeInContainer } from './container-place'
import { type DrillPlace, placeOnThisMachine } from './drill-place'
import type { DrillSettings } from './drill-settings'
import { startThrowawayServer } from './throwaway-server'

/** A throwaway server, ready for the jobs of a restore. */
export interface OpenDrillServer {
  readonly connection: Connection
  readonly access: DatabaseAccess
  readonly version: ServerVersion
  /** Rejects when the server ends before `close`. Never resolves. */
  readonly lost: Promise<never>
  /** Ends it, and its container. */
  close(): Promise<void>
}

export interface DrillServerRequest {
  /** From the manifest. */
  recorded: RecordedServer
  settings: DrillSettings
  /** `auto`, `local` or the name of an image. */
  requested: string
  host: DrillHost
  /** Of the drill, on this machine. */
  folder: string
  run: LocalCommand
  variables: Readonly<Record<string, string>>
  signal: AbortSignal
  /** Receives where the server runs. */
  log: (line: string) => void
}

/**
 * Chooses a server for the dumps of the recorded one, and starts it. Throws `UserError` with alternatives when there is
 * none, and `FailureError` when it does not start; then only the folder is left.
 */
export async function openDrillServer(request: DrillServerRequest): Promise<OpenDrillServer> {
  const { recorded, settings, requested, host, folder, run, variables, signal, log } = request
  const chosen = chooseDrillServer(recorded, requested, host)
  log(
    chosen.kind === 'installed'
      ? `The drill runs on a throwaway ${nameOf(chosen.server)} (${chosen.server.program}).`
      : `The drill runs in a container of ${chosen.image}.`,
  )
  const place =
    chosen.kind === 'installed'
      ? await placeOnThisMachine(join(folder, 'database'), run, variables)
      : await placeInContainer({ image: chosen.image, run, variables, signal })
  try {
    const found = chosen.kind === 'installed' ? chosen.server : await findInside(place, chosen.image)
    if (chosen.kind === 'container') refuseUnfit(recorded, found, chosen.image)
    const { program, flavor } = found
    const server = await startThrowawayServer({ place, program, flavor, settings, signal })
    return {
      connection: place.connection,
      access: server.access,
      version: { flavor, version: found.version },
      lost: server.lost,
      close: async () => {
        await server.stop()
        await place.remove()
      },
    }
  } catch (error) {
    // The first error is the one to report.
    await place.remove().catch(() => {})
    throw error
  }
}

async function findInside(place: DrillPlace, image: string): Promise<ServerVersion & { program: string }> {
  const looked = await place.run('sh', ['-c', 'command -v mariadbd || command -v mysqld'])
  const program = looked.stdout.trim()
  const printed = program === '' ? undefined : await place.run(program, ['--no-defaults', '--version'])
  const version = parseServerVersion(printed?.stdout ?? '')
  if (version !== undefined) return { ...version, program }
  throw new UserError(`There is no database server in the image ${JSON.stringify(image)}.`, {
    advice: 'Name an image of MariaDB or MySQL in "drill-server", as in: mariadb:11.4, mysql:8.4',
  })
}
