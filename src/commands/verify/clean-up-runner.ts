import { ActionError } from '../../runtime/errors'
import type { LocalCommand } from '../../runtime/github/local-command'
import type { Runtime } from '../../runtime/runtime'
import { removeLeftovers } from '../../sources/mysql/drill/remove-leftovers'

/** The machine that drills are held on. */
export interface RunnerTools {
  runtime: Runtime
  run: LocalCommand
  /** Of the job. */
  variables: Readonly<Record<string, string>>
  /** Folders for what is temporary, the best one first. */
  temps: readonly string[]
}

/** Removes what killed drills left on this machine. What cannot be removed is a warning: it takes nothing from what is to be proven. */
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
