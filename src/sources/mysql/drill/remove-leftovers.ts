import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LocalCommand } from '../../../runtime/github/local-command'
import { containerLabel, dockerVariables, removeContainer } from './container-place'
import { drillFolderPrefix, ownerFile, removeTree } from './drill-folder'
import { isDead, parseOwner } from './owner'

export interface LeftoverRequest {
  /** Where drills make their folders. */
  temps: readonly string[]
  run: LocalCommand
  variables: Readonly<Record<string, string>>
}

/**
 * Removes what killed drills left on this machine: their servers, folders and containers. Only what is certainly of a drill whose process is
 * gone. Returns what was removed, for the log.
 */
export async function removeLeftovers(request: LeftoverRequest): Promise<string[]> {
  const folders = (await Promise.all(request.temps.map(leftFolders))).flat()
  for (const folder of folders) {
    await endServersOf(folder)
    await removeTree(folder)
  }
  return [...folders, ...(await removeContainers(request))]
}

/** A folder without its owner's name is one whose owner was killed in that very moment, or is being made right now. */
const unnamedForMs = 60 * 60 * 1000

async function leftFolders(temp: string): Promise<string[]> {
  const names = await readdir(temp).catch(() => [])
  const left: string[] = []
  for (const name of names.filter(each => each.startsWith(drillFolderPrefix))) {
    const folder = join(temp, name)
    const facts = await lstat(folder).catch(() => undefined)
    // In a folder that is everybody's, anybody may lay a bait.
    if (facts === undefined || !facts.isDirectory() || facts.uid !== process.getuid?.()) continue
    const text = await readFile(join(folder, ownerFile), 'utf8').catch(() => '')
    const owner = parseOwner(text)
    const isLeft = owner === undefined ? Date.now() - facts.mtimeMs > unnamedForMs : isDead(owner)
    if (isLeft) left.push(folder)
  }
  return left
}

/** They are told by their data folder, a name that nothing else has. */
async function endServersOf(folder: string): Promise<void> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger)
  for (const pid of pids) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (!words.some(word => word.startsWith(`--datadir=${folder}/`))) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself, or is somebody else's.
    }
  }
}

/** An engine that hangs must not hold up a verification. */
const patience = ['--kill-after=5', '30']

/** Where there is no docker, or no engine answers, none are listed. */
async function removeContainers({ run, variables }: LeftoverRequest): Promise<string[]> {
  const environment = dockerVariables(variables)
  const format = `{{.Names}} {{.Label "${containerLabel}"}}`
  const listed = await run(
    'timeout',
    [...patience, 'docker', 'ps', '--all', '--filter', `label=${containerLabel}`, '--format', format],
    environment,
  )
  const removed: string[] = []
  for (const line of listed.stdout.split('\n')) {
    const [name = '', ...label] = line.split(' ')
    const owner = parseOwner(label.join(' '))
    if (name === '' || owner === undefined || !isDead(owner)) continue
    await removeContainer(name, run, environment)
    removed.push(name)
  }
  return removed
}
