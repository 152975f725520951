import { readAll } from '../../findings/read-all'
import { defined } from '../../runtime/defined'
import { UserError } from '../../runtime/errors'
import type { InputReader } from '../read'

/** Shell text to run on the server. */
export interface Hooks {
  before?: string
  after?: string
}

/** The inputs `before-command` and `after-command`. */
export function loadHooks(read: InputReader): Hooks {
  const { before, after } = readAll({
    before: () => readCommand(read, 'before-command'),
    after: () => readCommand(read, 'after-command'),
  })
  return { ...defined({ before, after }) }
}

const longestCommand = 65_536

/** Removes the carriage returns of Windows, which would become part of a word in the shell. */
function readCommand(read: InputReader, name: string): string | undefined {
  const text = read.input(name).replaceAll('\r\n', '\n')
  if (text === '') return undefined
  if (text.includes('\0')) {
    throw new UserError(`Input "${name}" must not contain a NUL character.`, {
      advice: 'A shell cannot read it. Write the command as text.',
    })
  }
  if (Buffer.byteLength(text) > longestCommand) {
    throw new UserError(
      `Input "${name}" must be at most ${longestCommand} bytes long, got ${Buffer.byteLength(text)}.`,
      {
        advice: 'Put the script on the server and call it here.',
      },
    )
  }
  return text
}
