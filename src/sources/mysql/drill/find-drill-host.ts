import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { LocalCommand, LocalResult } from '../../../runtime/github/local-command'
import { parseServerVersion } from '../target/server-version'
import type { DrillHost, InstalledServer } from './choose-drill-server'

/** Where packages install a server outside of a user's PATH. */
const serverFolders = ['/usr/sbin', '/usr/libexec', '/usr/local/sbin', '/usr/local/bin', '/usr/local/mysql/bin']
const serverNames = ['mariadbd', 'mysqld']

/** Finds database servers and a docker engine on the runner. Starts neither. */
export async function findDrillHost(
  run: LocalCommand,
  environment: Readonly<Record<string, string>>,
): Promise<DrillHost> {
  const docker = await run('docker', ['version', '--format', '{{.Server.Version}}'], environment)
  return { installed: await findServers(run, environment), dockerProblem: dockerProblem(docker) }
}

function dockerProblem({ exitCode, stderr }: LocalResult): string | undefined {
  if (exitCode === 0) return undefined
  if (exitCode === 127) return 'there is no program called docker'
  const lines = stderr.split('\n').map(line => line.trim().replace(/[.?]$/, ''))
  return lines.filter(line => line !== '').at(-1) ?? 'docker gives no reason'
}

async function findServers(
  run: LocalCommand,
  environment: Readonly<Record<string, string>>,
): Promise<InstalledServer[]> {
  const onPath = (environment['PATH'] ?? '').split(delimiter).filter(folder => folder.startsWith('/'))
  const found = new Map<string, InstalledServer>()
  for (const folder of [...onPath, ...serverFolders]) {
    for (const name of serverNames) {
      const program = join(folder, name)
      // `mysqld` is often another name of `mariadbd`, and /usr/sbin of /sbin.
      const itself = await executable(program)
      if (itself === undefined || found.has(itself)) continue
      const { stdout } = await run(program, ['--no-defaults', '--version'], environment)
      const version = parseServerVersion(stdout)
      if (version !== undefined) found.set(itself, { program, ...version })
    }
  }
  return [...found.values()]
}

async function executable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK)
    return await realpath(path)
  } catch {
    return undefined
  }
}
