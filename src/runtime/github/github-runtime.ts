import * as core from '@actions/core'
import { systemClock } from '../clock'
import type { Runtime } from '../runtime'
import { stopSignal } from '../stop-signal'
import { appendToSummary } from './job-summary'
import { createLog } from './log'
import { createMasks } from './masks'
import { readRunIdentity } from './run-identity'

/** The port to GitHub's runner. SIGINT and SIGTERM no longer end the process: they abort `signal`. Create one only. */
export function githubRuntime(): Runtime {
  const masks = createMasks()
  // A reader that went away must not end a backup: without a listener, EPIPE would.
  process.stdout.on('error', () => {})
  return {
    log: createLog(core, masks.scrub, systemClock),
    clock: systemClock,
    run: readRunIdentity(process.env),
    signal: stopSignal(process),
    input: name => core.getInput(name),
    mask(secret) {
      for (const form of masks.add(secret)) core.setSecret(form)
    },
    scrub: masks.scrub,
    output: (name, value) => core.setOutput(name, value),
    summary: markdown => appendToSummary(process.env['GITHUB_STEP_SUMMARY'], masks.scrub(markdown)),
    saveState: (name, value) => core.saveState(name, value),
    state: name => core.getState(name),
  }
}
