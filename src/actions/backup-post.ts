import { isCleanedUp, loadBackupState } from '../commands/backup/backup-state'
import { cleanUpBackup } from '../commands/backup/clean-up-backup'
import { loadBackupInputs } from '../inputs/backup'
import { withRepository } from '../repository/with-repository'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { type ActionEnd, runAction } from './run-action'

/** The post step of a backup: recovers what a killed run left. A failure is a warning: the next run tries again. */
export function backupPostAction(runtime: Runtime): Promise<ActionEnd> {
  const cleanUp = async () => {
    const state = loadBackupState(runtime)
    if (state === undefined || isCleanedUp(state)) return
    const inputs = loadBackupInputs(runtime, process.env)
    const failures = await runtime.log.group('Clean up after the run', () =>
      withRepository(inputs, runtime.clock, repository =>
        cleanUpBackup(inputs, state, { runtime, repository, connect }),
      ),
    )
    if (failures.length === 0) return
    const what = `Some leftovers of the run could not be cleaned up: ${failures.join(' ')} The next run tries again.`
    runtime.log.warning(what, 'Clean-up incomplete')
  }
  return runAction(runtime, cleanUp, {
    name: 'Clean-up',
    safe: 'The clean-up changes only an unfinished recovery point.',
  })
}
