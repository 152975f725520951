import { randomInt } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LocalCommand, LocalResult } from '../../../runtime/github/local-command'
import { localConnection } from '../../../server/local/local-connection'
import type { Connection } from '../../../ssh/remote'
import { startTool, type ToolProcess } from './tool-process'

/** Where a throwaway server runs: this machine, or a container on it. */
export interface DrillPlace {
  /** A folder for the server alone, as its programs see it. */
  readonly folder: string
  /** Whether what `start` starts runs as root there. */
  readonly isRoot: boolean
  /** For the jobs of a restore. */
  readonly connection: Connection
  /** Runs a short command there; see `LocalCommand`. */
  run(program: string, words: readonly string[]): Promise<LocalResult>
  /** Starts a program there. In a container, `kill` ends only the docker client: `remove` ends the program. */
  start(program: string, words: readonly string[]): ToolProcess
  /** Gives paths below `folder` to the user of what `start` starts. */
  give(paths: readonly string[]): Promise<void>
  /** Ends what runs over the connection, and the container. The caller ends what `start` started on this machine. */
  remove(): Promise<void>
}

/**
 * A new folder on this machine. Where the machine has setpriv, programs started there die with this process; and on a root
 * runner they run as a user whom nobody else is, with no rights outside of the folder: the server holds what others wrote.
 */
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
  const isRoot = process.getuid?.() === 0
  const user = isRoot && diesWithUs ? await unusedUser(folder, run, environment) : undefined
  if (user !== undefined) setprivOptions.push(...becoming(user))
  return {
    folder,
    isRoot: isRoot && user === undefined,
    connection,
    give: async paths => {
      if (user !== undefined) await run('chown', ['-R', `${user}:${user}`, ...paths], environment)
    },
    run: (program, words) => run(program, words, environment),
    start: (program, words) =>
      diesWithUs
        ? startTool('setpriv', [...setprivOptions, program, ...words], environment)
        : startTool(program, words, environment),
    remove: async () => connection.close(),
  }
}

/**
 * A user for whom there is no account, from the numbers that systemd too gives to a service alone (systemd.exec,
 * DynamicUser); `folder` is given to it. Undefined where that user does not reach the folder, as below root's own home.
 */
async function unusedUser(
  folder: string,
  run: LocalCommand,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const user = String(randomInt(61_184, 65_520))
  const works = async (program: string, ...words: string[]) => (await run(program, words, environment)).exitCode === 0
  if (await works('getent', 'passwd', user)) return undefined
  // Through the folder of the drill, to nothing else in it.
  await chmod(dirname(folder), 0o710)
  const isReached =
    (await works('chgrp', user, dirname(folder))) &&
    (await works('chown', '-R', `${user}:${user}`, folder)) &&
    (await works('setpriv', ...becoming(user), 'test', '-w', folder))
  return isReached ? user : undefined
}

function becoming(user: string): string[] {
  return ['--reuid', user, '--regid', user, '--clear-groups', '--no-new-privs']
}

/** Servers are often in folders that are not on a user's PATH. */
function searchPath(path: string | undefined): string {
  return [path ?? '', '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
    .filter(folder => folder !== '')
    .join(':')
}
