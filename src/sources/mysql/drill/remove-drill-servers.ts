import { readdir, readFile } from 'node:fs/promises'
import type { DrillMachine } from '../../drill/drill-part'
import { isDead, parseOwner } from '../../drill/owner'
import { containerLabel, dockerVariables, removeContainer } from './container-place'

/**
 * Ends the servers of killed drills, and removes their containers. Only what is certainly of a drill whose process is
 * gone.
 */
export async function removeDrillServers(folders: readonly string[], machine: DrillMachine): Promise<string[]> {
  for (const folder of folders) await endServersOf(folder)
  return removeContainers(machine)
}

/** They are known by their data folder, a name that nothing else has. */
async function endServersOf(folder: string): Promise<void> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger)
  for (const pid of pids) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (!words.some(word => word.startsWith(`--datadir=${folder}/`))) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself, or belongs to another user.
    }
  }
}

/** An engine that hangs must not hold up a verification. */
const patience = ['--kill-after=5', '30']

/** Where there is no docker, or no engine answers, none are listed. */
async function removeContainers({ run, variables }: DrillMachine): Promise<string[]> {
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
