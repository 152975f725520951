import { tmpdir } from 'node:os'
import type { RunnerTools } from '../commands/verify/clean-up-runner'
import { localCommand } from '../runtime/github/local-command'
import type { Runtime } from '../runtime/runtime'

/** The tools of the machine that this job runs on. */
export function runnerTools(runtime: Runtime): RunnerTools {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const variables = Object.fromEntries(set)
  const temps = [variables['RUNNER_TEMP'] ?? '', tmpdir()].filter(folder => folder !== '')
  return { runtime, run: localCommand(runtime.scrub), variables, temps: [...new Set(temps)] }
}
