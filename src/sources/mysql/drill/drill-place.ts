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
  /** Starts a program there. In a container, `kill` ends only the way to it: `remove` ends the program. */
  start(program: string, words: readonly string[]): ToolProcess
  /** Ends what was begun over the connection, and the container. What `start` started here is the caller's to end. */
  remove(): Promise<void>
}

/**
 * A folder on this machine, made new. Programs that are started there die with this process, where the machine knows
 * how.
 */
export async function placeOnThisMachine(
  folder: string,
  run: LocalCommand,
  variables: Readonly<Record<string, string>>,
): Promise<DrillPlace> {
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true, mode: 0o700 })
  // No option file of this machine's user plays a part, nor what else the environment of a workflow holds.
  const environment = { PATH: searchPath(variables['PATH']), HOME: home, TMPDIR: home }
  const leash = ['--pdeathsig', 'KILL']
  const isLeashed = (await run('setpriv', [...leash, 'true'], environment)).exitCode === 0
  const connection = localConnection({ environment })
  return {
    folder,
    isRoot: process.getuid?.() === 0,
    connection,
    run: (program, words) => run(program, words, environment),
    start: (program, words) =>
      isLeashed
        ? startTool('setpriv', [...leash, program, ...words], environment)
        : startTool(program, words, environment),
    remove: async () => connection.close(),
  }
}

/** Servers are found behind what a user's PATH leads to. */
function searchPath(path: string | undefined): string {
  return [path ?? '', '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
    .filter(folder => folder !== '')
    .join(':')
}
