import { getExecOutput } from '@actions/exec'
import { messageOf } from '../errors'
import { divertOutput } from './divert-output'

/** What a finished command said. */
export interface LocalResult {
  /** 127, as a shell says it, when there is no such program. */
  exitCode: number
  stdout: string
  stderr: string
}

/**
 * Runs a short command on the runner to its end; nothing is printed, and every status is the caller's to judge. Never rejects. What it
 * says is kept in memory, so it is not for data; and it cannot be ended, so it is not for what may take long.
 */
export type LocalCommand = (
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
) => Promise<LocalResult>

/** Commands through `@actions/exec`, every secret taken out of what they say. None is given anything to read. */
export function localCommand(scrub: (text: string) => string): LocalCommand {
  return async (program, words, environment) => {
    const options = { silent: true, ignoreReturnCode: true, env: { ...environment } }
    try {
      // The search for the program prints about folders that it may not look into.
      const { exitCode, stdout, stderr } = await divertOutput(
        () => {},
        () => getExecOutput(quoted(program), [...words], options),
      )
      return { exitCode, stdout: scrub(stdout), stderr: scrub(stderr) }
    } catch (error) {
      return { exitCode: 127, stdout: '', stderr: scrub(messageOf(error)) }
    }
  }
}

/** `getExecOutput` takes its first argument apart at blanks outside of quotes. */
function quoted(program: string): string {
  return `"${program.replaceAll('"', '\\"')}"`
}
