import { statSync, truncateSync } from 'node:fs'
import { FailureError, messageOf } from '../errors'
import type { Log, Runtime } from '../runtime'
import { appendToSummary } from './job-summary'

/** The part of `@actions/core` that writes to the files of a step. */
export interface FileCommands {
  setOutput(name: string, value: string): void
  saveState(name: string, value: string): void
}

type Written = Pick<Runtime, 'output' | 'summary' | 'saveState'>

/**
 * What a step writes to the files that the runner gave it, by their variables. A disk may be full, a file missing: what
 * only shows the result is a warning then, once for each file. A file never keeps half a command, of which the
 * runner would make a failure of the step.
 */
export function commandFiles(
  commands: FileCommands,
  variables: Readonly<Record<string, string | undefined>>,
  log: Pick<Log, 'warning'>,
): Written {
  const missed = new Set<string>()
  let hasState = false
  const miss = (what: string, variable: string, error: unknown): void => {
    if (missed.has(what)) return
    missed.add(what)
    log.warning(
      `${what} could not be written, at least in part: ${messageOf(error)} (${variable}). What the run has done is not affected. Free disk space on the runner.`,
      'Not written',
    )
  }
  return {
    output: (name, value) => {
      try {
        wholly(variables['GITHUB_OUTPUT'], () => commands.setOutput(name, value))
      } catch (error) {
        miss('The outputs', 'GITHUB_OUTPUT', error)
      }
    },
    summary: async markdown => {
      try {
        await appendToSummary(variables['GITHUB_STEP_SUMMARY'], markdown)
      } catch (error) {
        miss('The job summary', 'GITHUB_STEP_SUMMARY', error)
      }
    },
    saveState: (name, value) => {
      try {
        wholly(variables['GITHUB_STATE'], () => commands.saveState(name, value))
        hasState = true
      } catch (error) {
        if (!hasState) throw noState(error)
        cut(variables['GITHUB_STATE'], 0)
        miss('What the post step cleans up after a killed run', 'GITHUB_STATE', error)
      }
    },
  }
}

function noState(cause: unknown): FailureError {
  return new FailureError(
    `What the post step needs to clean up after a killed run cannot be written: ${messageOf(cause)} (GITHUB_STATE)`,
    { advice: 'Free disk space on the runner, then run the workflow again.', cause },
  )
}

/** A full disk takes the beginning of what is appended; a file can be made shorter on one, too. */
function wholly(path: string | undefined, append: () => void): void {
  const lengthBytes = lengthOf(path)
  try {
    append()
  } catch (error) {
    if (lengthBytes !== undefined) cut(path, lengthBytes)
    throw error
  }
}

function lengthOf(path = ''): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : undefined
}

function cut(path = '', lengthBytes: number): void {
  try {
    truncateSync(path, lengthBytes)
  } catch {
    // A file that may not be written has nothing of the command.
  }
}
