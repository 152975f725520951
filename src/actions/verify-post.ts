import { cleanUpRunner } from '../commands/verify/clean-up-runner'
import type { Runtime } from '../runtime/runtime'
import { type ActionEnd, runAction } from './run-action'
import { runnerTools } from './runner-tools'

/** The post step of `verify/`: removes the server, the folder and the container of a killed drill. */
export function verifyPostAction(runtime: Runtime): Promise<ActionEnd> {
  return runAction(runtime, () => cleanUpRunner(runnerTools(runtime)), {
    name: 'Clean-up',
    safe: 'The clean-up affects only the runner.',
  })
}
