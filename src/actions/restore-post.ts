import { cleanUpRestore } from '../commands/restore/clean-up-restore'
import { loadRestoreState } from '../commands/restore/restore-state'
import { loadRestoreInputs } from '../inputs/restore'
import { withRepository } from '../repository/with-repository'
import type { Runtime } from '../runtime/runtime'
import { connect } from '../ssh/connection'
import { type ActionEnd, runAction } from './run-action'

/** The post step of `restore/`: rolls back a killed or cancelled restore, and reports what it cannot roll back. */
export function restorePostAction(runtime: Runtime): Promise<ActionEnd> {
  const { log } = runtime
  const cleanUp = async () => {
    const state = loadRestoreState(runtime)
    if (state === undefined || state.stage === 'clean') return
    const inputs = loadRestoreInputs(runtime, process.env)
    const { incomplete, failures } = await log.group('Clean up after the restore', () =>
      withRepository(inputs, runtime.clock, repository =>
        cleanUpRestore(inputs, state, { runtime, repository, connect }),
      ),
    )
    if (incomplete.length > 0) log.error(incomplete.join('\n'), 'The restore is half done')
    if (failures.length === 0) return
    log.warning(`Some leftovers of the restore could not be cleaned up: ${failures.join(' ')}`, 'Clean-up incomplete')
  }
  return runAction(runtime, cleanUp, { name: 'Clean-up', safe: 'The clean-up changes nothing that is complete.' })
}
