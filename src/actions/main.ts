import { githubRuntime } from '../runtime/github/github-runtime'
import { actions } from './actions'
import { runProgram } from './program/run-program'
import { endProcess } from './run-action'

/** The entry point of the bundle: each launcher in `dist/` passes the name of its action. */
export async function run(action: keyof typeof actions): Promise<void> {
  endProcess(await actions[action](githubRuntime()))
}

/** The entry point of the command line program, `dist/cli.js`. */
export async function runCli(): Promise<void> {
  endProcess(await runProgram(process.argv.slice(2), process))
}
