import { writeFileSync } from 'node:fs'
import { storeClock, systemClock } from '../clock'
import { messageOf, UserError } from '../errors'
import { createLog } from '../github/log'
import { createMasks } from '../github/masks'
import { readRunIdentity } from '../github/run-identity'
import type { Runtime } from '../runtime'
import { type Stoppable, stopSignal } from '../stop-signal'
import { type Terminal, terminalCommands } from './terminal-log'

/** What the program was started with. */
export interface TerminalRun {
  process: Stoppable & { stdout: Terminal; env: Readonly<Record<string, string | undefined>> }
  inputs: ReadonlyMap<string, string>
  /** Values that are never shown. */
  secrets: readonly string[]
  /** Where the job summary goes, as Markdown, and the outputs, as JSON. Undefined: nowhere. */
  summaryFile: string | undefined
  outputsFile: string | undefined
}

/** The two steps of a run outside GitHub. What the main step saves, the post step of the same process has. */
export interface TerminalSteps {
  main: Runtime
  /** A runtime that was not cancelled yet, whatever became of the main step. */
  post(): Runtime
  /** Writes outputs and summary. */
  finish(): void
}

/**
 * The port to a terminal or a service manager. SIGINT, SIGTERM and SIGHUP no longer end the process: they abort the
 * signal of the step that runs.
 */
export function terminalSteps(run: TerminalRun): TerminalSteps {
  const masks = createMasks()
  for (const secret of run.secrets) if (secret.length >= shortestSecret) masks.add(secret)
  const { process, inputs } = run
  const commands = terminalCommands(process.stdout, process.env['RUNNER_DEBUG'] === '1')
  const log = createLog(commands, masks.scrub, systemClock)
  const state = new Map<string, string>()
  const summaries: string[] = []
  const outputs: Record<string, string> = {}
  const writeOutputs = resultFile(run.outputsFile, '--outputs')
  const writeSummary = resultFile(run.summaryFile, '--summary')
  const step = (): Runtime => ({
    log,
    clock: storeClock(systemClock),
    run: readRunIdentity(process.env),
    signal: stopSignal(process, 'SIGHUP'),
    // A service manager waits 90 s before it kills, a person less.
    graceMs: 60_000,
    input: name => (inputs.get(name) ?? '').trim(),
    mask: secret => void masks.add(secret),
    scrub: masks.scrub,
    output: (name, value) => {
      outputs[name] = masks.scrub(value)
    },
    summary: async markdown => {
      if (markdown.trim() !== '') summaries.push(`${masks.scrub(markdown).trimEnd()}\n\n`)
    },
    saveState: (name, value) => void state.set(name, value),
    state: name => state.get(name) ?? '',
  })
  return {
    main: step(),
    post: step,
    finish: () => {
      const failures = [writeOutputs(`${JSON.stringify(outputs, null, 2)}\n`), writeSummary(summaries.join(''))]
      for (const failure of failures.filter(each => each !== undefined)) {
        log.warning(`${failure}. What the run has done is not affected.`, 'A result could not be written')
      }
    },
  }
}

/** As the readers of inputs have it: masking less would hide words. */
const shortestSecret = 4

/** Makes the file empty at first, so that nobody takes an old result for a new one. Throws `UserError`. */
function resultFile(path: string | undefined, option: string): (text: string) => string | undefined {
  if (path === undefined) return () => undefined
  const failure = write(path, '')
  if (failure === undefined) return text => write(path, text)
  throw new UserError(`"${option}" names a file that cannot be written: ${failure}.`, {
    advice: 'Choose another file.',
  })
}

/** What went wrong. */
function write(path: string, text: string): string | undefined {
  try {
    writeFileSync(path, text, { mode: 0o600 })
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
