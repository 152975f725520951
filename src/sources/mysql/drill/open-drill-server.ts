import { join } from 'node:path'
import { UserError } from '../../../runtime/errors'
import type { LocalCommand } from '../../../runtime/github/local-command'
import type { Connection } from '../../../ssh/remote'
import type { DatabaseAccess } from '../client/database-access'
import { chooseDrillServer, type DrillHost, type RecordedServer, refuseUnfit } from './choose-drill-server'
import { placeInContainer } from './container-place'
import { type DrillPlace, placeOnThisMachine } from './drill-place'
import { nameOf, parseServerVersion, type ServerVersion } from './server-version'
import { startThrowawayServer } from './throwaway-server'

/** A throwaway server, ready for the jobs of a restore. */
export interface OpenDrillServer {
  readonly connection: Connection
  readonly access: DatabaseAccess
  readonly version: ServerVersion
  /** Rejects when the server ends before `close`. Never resolves. */
  readonly lost: Promise<never>
  /** Ends it, and the container that it ran in. */
  close(): Promise<void>
}

export interface DrillServerRequest {
  /** As the manifest names it. */
  recorded: RecordedServer
  /** `auto`, `local` or the name of an image. */
  requested: string
  host: DrillHost
  /** Of the drill, on this machine. */
  folder: string
  run: LocalCommand
  variables: Readonly<Record<string, string>>
  signal: AbortSignal
  /** Told where the server runs. */
  log: (line: string) => void
}

/**
 * Chooses a server that takes the dumps of the recorded one, and starts it. Throws `UserError` when nothing fits,
 * saying what would, and `FailureError` when it does not start; nothing is left of it then but the folder.
 */
export async function openDrillServer(request: DrillServerRequest): Promise<OpenDrillServer> {
  const { recorded, requested, host, folder, run, variables, signal, log } = request
  const chosen = chooseDrillServer(recorded, requested, host)
  log(
    chosen.kind === 'installed'
      ? `The drill is held on a throwaway ${nameOf(chosen.server)} (${chosen.server.program}).`
      : `The drill is held in a container of ${chosen.image}.`,
  )
  const place =
    chosen.kind === 'installed'
      ? await placeOnThisMachine(join(folder, 'database'), run, variables)
      : await placeInContainer({ image: chosen.image, run, variables, signal })
  try {
    const found = chosen.kind === 'installed' ? chosen.server : await findInside(place, chosen.image)
    if (chosen.kind === 'container') refuseUnfit(recorded, found, chosen.image)
    const { program, flavor } = found
    const server = await startThrowawayServer({ place, program, flavor, signal })
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
    // What went wrong first is what the person must know.
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
