import { readdir, readFile } from 'node:fs/promises'
import type { DrillMachine } from '../../drill/drill-part'
import { isDead, parseOwner } from '../../drill/owner'
import { containerLabel, dockerVariables, removeContainer } from './container-place'

/** Ends servers and removes containers of killed drills. Only those whose process is certainly gone. */
export async function removeDrillServers(folders: readonly string[], machine: DrillMachine): Promise<string[]> {
  for (const folder of folders) await endServersOf(folder)
  return removeContainers(machine)
}

/** Identified by their data folder, which has a unique name. */
async function endServersOf(folder: string): Promise<void> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger)
  for (const pid of pids) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (!words.some(word => word.startsWith(`--datadir=${folder}/`))) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended already, or belongs to another user.
    }
  }
}

/** An engine that hangs must not block a verification. */
const timeLimit = ['--kill-after=5', '30']

/** Without docker, or without an answer of its engine, nothing is listed. */
async function removeContainers({ run, variables }: DrillMachine): Promise<string[]> {
  const environment = dockerVariables(variables)
  const format = `{{.Names}} {{.Label "${containerLabel}"}}`
  const listed = await run(
    'timeout',
    [...timeLimit, 'docker', 'ps', '--all', '--filter', `label=${containerLabel}`, '--format', format],
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
