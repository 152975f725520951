import * as core from '@actions/core'
import { storeClock, systemClock } from '../clock'
import type { Runtime } from '../runtime'
import { stopSignal } from '../stop-signal'
import { commandFiles } from './command-files'
import { createLog } from './log'
import { createMasks } from './masks'
import { readRunIdentity } from './run-identity'

/** The port to GitHub's runner. SIGINT and SIGTERM no longer end the process: they abort `signal`. Create one only. */
export function githubRuntime(): Runtime {
  const masks = createMasks()
  // A reader that went away must not end a backup: without a listener, EPIPE would.
  process.stdout.on('error', () => {})
  const log = createLog(core, masks.scrub, systemClock)
  const files = commandFiles(core, process.env, log)
  return {
    log,
    ...files,
    clock: storeClock(systemClock),
    run: readRunIdentity(process.env),
    signal: stopSignal(process),
    // The runner kills a cancelled step after 10 s.
    graceMs: 8_000,
    input: name => core.getInput(name),
    mask(secret) {
      for (const form of masks.add(secret)) core.setSecret(form)
    },
    scrub: masks.scrub,
    summary: markdown => files.summary(masks.scrub(markdown)),
    state: name => core.getState(name),
  }
}
