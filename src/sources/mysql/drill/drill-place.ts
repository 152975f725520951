import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LocalCommand, LocalResult } from '../../../runtime/github/local-command'
import { localConnection } from '../../../server/local/local-connection'
import type { Connection } from '../../../ssh/remote'
import { startTool, type ToolProcess } from './tool-process'

/** Where a throwaway server runs: this machine, or a container on it. */
export interface DrillPlace {
  /** A folder for the server alone, as its programs see it. */
  readonly folder: string
  /** Whether programs run as root there. */
  readonly isRoot: boolean
  /** For the jobs of a restore. */
  readonly connection: Connection
  /** Runs a short command there; see `LocalCommand`. */
  run(program: string, words: readonly string[]): Promise<LocalResult>
  /** Starts a program there. In a container, `kill` ends only the docker client: `remove` ends the program. */
  start(program: string, words: readonly string[]): ToolProcess
  /** Ends what runs over the connection, and the container. The caller ends what `start` started on this machine. */
  remove(): Promise<void>
}

/** A new folder on this machine. Programs started there die with this process, where the machine has setpriv. */
export async function placeOnThisMachine(
  folder: string,
  run: LocalCommand,
  variables: Readonly<Record<string, string>>,
): Promise<DrillPlace> {
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true, mode: 0o700 })
  // Option files of this user and variables of the workflow must have no effect.
  const environment = { PATH: searchPath(variables['PATH']), HOME: home, TMPDIR: home }
  const setprivOptions = ['--pdeathsig', 'KILL']
  const diesWithUs = (await run('setpriv', [...setprivOptions, 'true'], environment)).exitCode === 0
  const connection = localConnection({ environment })
  return {
    folder,
    isRoot: process.getuid?.() === 0,
    connection,
    run: (program, words) => run(program, words, environment),
    start: (program, words) =>
      diesWithUs
        ? startTool('setpriv', [...setprivOptions, program, ...words], environment)
        : startTool(program, words, environment),
    remove: async () => connection.close(),
  }
}

/** Servers are often in folders that are not on a user's PATH. */
function searchPath(path: string | undefined): string {
  return [path ?? '', '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
    .filter(folder => folder !== '')
    .join(':')
}
