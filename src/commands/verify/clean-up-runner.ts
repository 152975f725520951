import { ActionError } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { removeTree } from '../../sources/drill/drill-folder'
import type { DrillMachine } from '../../sources/drill/drill-part'
import { leftFolders } from '../../sources/drill/left-folders'
import { sources } from '../../sources/registry'

/** The machine that runs drills. */
export interface RunnerTools extends DrillMachine {
  runtime: Runtime
  /** Folders for what is temporary, the best one first. */
  temps: readonly string[]
}

/** Removes what killed drills left on this machine. A failure is a warning: the proof does not depend on it. */
export async function cleanUpRunner({ runtime, ...tools }: RunnerTools): Promise<void> {
  try {
    for (const removed of await removeLeftovers(tools)) {
      runtime.log.info(`Removed what a killed drill left: ${removed}`)
    }
  } catch (error) {
    const isSystemError = error instanceof Error && 'syscall' in error
    if (!(error instanceof ActionError) && !isSystemError) throw error
    runtime.log.warning(`Something that a killed drill left is still on this machine: ${error.message}`)
  }
}

/** Returns what was removed, for the log. */
export async function removeLeftovers({ temps, ...machine }: Omit<RunnerTools, 'runtime'>): Promise<string[]> {
  const folders = await leftFolders(temps)
  const removed: string[] = []
  try {
    // Servers that run in a folder end before it goes.
    for (const source of sources) removed.push(...(await source.removeLeftovers(folders, machine)))
  } finally {
    for (const folder of folders) await removeTree(folder)
  }
  return [...folders, ...removed]
}
