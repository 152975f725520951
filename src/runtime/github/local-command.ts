import { getExecOutput } from '@actions/exec'
import { messageOf } from '../errors'
import { divertOutput } from './divert-output'

/** The result of a command that has ended. */
export interface LocalResult {
  /** 127, as in a shell, when there is no such program. */
  exitCode: number
  stdout: string
  stderr: string
}

/**
 * Runs a short command on the runner and waits for its end. Prints nothing and never rejects: the caller checks the
 * exit code. Output is kept in memory, so it is not for data; it cannot be stopped, so it is not for long commands.
 */
export type LocalCommand = (
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
) => Promise<LocalResult>

/** Runs commands through `@actions/exec`, without standard input. Secrets in their output are masked. */
export function localCommand(scrub: (text: string) => string): LocalCommand {
  return async (program, words, environment) => {
    const options = { silent: true, ignoreReturnCode: true, env: { ...environment } }
    try {
      // The search for the program prints about folders that it may not read.
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

/** `getExecOutput` splits its first argument at blanks outside quotes. */
function quoted(program: string): string {
  return `"${program.replaceAll('"', '\\"')}"`
}
