import { ActionError, FailureError, UserError } from '../runtime/errors'
import type { Connection } from '../ssh/remote'
import { type JobFailure, startJob } from './job'
import { explainFailure } from './job-errors'

/** Shell text to run on the server. */
export interface CommandRequest {
  text: string
  /** The input that it comes from, for messages. */
  name: 'before-command' | 'after-command'
  /** Stops it. A command that must run even in a cancelled run gets its own `AbortSignal.timeout(…)`. */
  signal?: AbortSignal
}

/**
 * Runs shell text with /bin/sh as the SSH user, in its home folder, with empty standard input. Returns the last 200
 * lines that it printed. Throws `UserError` for a status other than 0, the reason of an aborted signal (`FailureError`
 * for a timeout), and `FailureError` when the connection broke.
 */
export async function runCommand(connection: Connection, request: CommandRequest): Promise<string[]> {
  const { text, name, signal } = request
  const explain = (failure: JobFailure) => explainCommand(name, failure)
  try {
    const job = await startJob(connection, 'run-command', [['text', text]], { explain, signal })
    job.body.resume() // It prints into the report; `done` carries the error.
    const { messages } = await job.done
    return messages.map(line => namedAfter(name, line))
  } catch (error) {
    throw error instanceof ActionError || error !== signal?.reason ? error : tooLate(name, error)
  }
}

function tooLate(name: string, cause: unknown): Error {
  return new FailureError(`${name} did not end in time and was stopped.`, {
    advice: 'Make it faster, or let it start slow work in the background, with the output redirected.',
    cause,
  })
}

function explainCommand(name: string, failure: JobFailure): Error {
  const status = failure.report.statuses.get('command')
  const detail = failure.report.messages.map(line => namedAfter(name, line))
  if (status === undefined) return explainFailure(name, failure)
  const last = detail.at(-1)?.trim().replace(/\.$/, '')
  const isKilled = status > 128 && status < 160
  const how = isKilled ? `was killed on the server (signal ${status - 128})` : `ended with status ${status}`
  return new UserError(`${name} ${how}${isKilled || last === undefined ? '' : `: ${last}`}.`, {
    advice:
      'It runs on the server with /bin/sh, as the SSH user and in its home folder. Try it there in the same way: it must end with status 0.',
    detail,
  })
}

/** Shells name the file that they read in their messages. */
function namedAfter(name: string, line: string): string {
  return line.replaceAll('/dev/fd/3', name)
}
