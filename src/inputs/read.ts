import { wrongInput } from '../findings/wrong-input'
import { UserError } from '../runtime/errors'

/** What the readers need; a `Runtime` has it. */
export interface InputReader {
  /** The trimmed value of an input; '' when absent. */
  input(name: string): string
  /** Masks a secret, and each of its lines, in everything printed from now on. */
  mask(secret: string): void
}

/** The environment of the step. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A value on one line, for the few inputs where '' is a valid value. */
export function text(read: InputReader, name: string): string {
  const value = read.input(name)
  if (controlCharacter.test(value)) {
    throw wrongInput(name, 'be a single line without control characters', value)
  }
  return value
}

/** A value on one line; undefined when absent or empty. */
export function optional(read: InputReader, name: string): string | undefined {
  const value = text(read, name)
  return value === '' ? undefined : value
}

/** A value on one line. Throws when absent or empty; `advice` says what to set. */
export function required(read: InputReader, name: string, advice: string): string {
  const value = optional(read, name)
  if (value === undefined) {
    throw new UserError(`Input "${name}" is required, got nothing.`, { advice: `${emptySecret} ${advice}` })
  }
  return value
}

/** Why an input may be empty that is not empty in the workflow. */
export const emptySecret = 'A secret or a variable that does not exist is empty: check its name.'

/** `true` or `false` in YAML's three spellings (`true`, `True`, `TRUE`); undefined when absent. */
export function flag(read: InputReader, name: string): boolean | undefined {
  const value = optional(read, name)
  if (value === undefined) return undefined
  if (['true', 'True', 'TRUE'].includes(value)) return true
  if (['false', 'False', 'FALSE'].includes(value)) return false
  throw wrongInput(name, 'be true or false', value)
}

/** A number of decimal digits, without sign or leading zeros, within the range; undefined when absent. */
export function wholeNumber(read: InputReader, name: string, range: { min: number; max: number }): number | undefined {
  const value = optional(read, name)
  if (value === undefined) return undefined
  const number = /^(0|[1-9][0-9]*)$/.test(value) ? Number(value) : Number.NaN
  if (number >= range.min && number <= range.max) return number
  throw wrongInput(name, `be a whole number from ${range.min} to ${range.max}`, value)
}

/** One of the given words, spelled exactly; undefined when absent. */
export function choice<C extends string>(read: InputReader, name: string, choices: readonly C[]): C | undefined {
  const value = optional(read, name)
  if (value === undefined) return undefined
  const chosen = choices.find(each => each === value)
  if (chosen !== undefined) return chosen
  throw wrongInput(name, `be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`, value)
}

/** One item per line, trimmed. Ignores blank lines and lines that begin with `#`. */
export function lines(read: InputReader, name: string): string[] {
  const items = read
    .input(name)
    .split(/\r\n|\n|\r/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  const odd = items.find(item => controlCharacter.test(item))
  if (odd !== undefined) throw wrongInput(name, 'not contain control characters', odd)
  return items
}

/** A masked secret; undefined when absent. Secrets under four characters are refused: a mask would hide words. */
export function secret(read: InputReader, name: string): string | undefined {
  const value = maskSecret(read, name)
  if (value === '') return undefined
  if (value.length < shortestSecret) {
    throw new UserError(`Input "${name}" is a secret of fewer than ${shortestSecret} characters.`, {
      advice: 'Use a longer one: masking one this short would hide ordinary words all over the log.',
    })
  }
  return value
}

/** Reads and masks a secret without checks, to mask all secrets before the first check can fail. */
export function maskSecret(read: InputReader, name: string): string {
  const value = read.input(name)
  if (value.length >= shortestSecret) read.mask(value)
  return value
}

const shortestSecret = 4
const controlCharacter = /\p{Cc}/u
