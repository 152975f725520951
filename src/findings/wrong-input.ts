import { UserError } from '../runtime/errors'
import { printable } from '../runtime/text/printable'

/** The error for a value that is not what it must be: `Input "name" must <rule>, got "value".` Never for secrets. */
export function wrongInput(name: string, rule: string, value: string, advice?: string): UserError {
  return new UserError(`Input "${name}" must ${rule}, got ${shown(value)}.`, { advice })
}

/**
 * A value in double quotes as a message can show it: control and invisible characters escaped, the end of long ones cut,
 * and nothing of a private key or of a password in an address, which both end up in the wrong input at times.
 */
export function shown(value: string): string {
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(value)) return 'a private key'
  const characters = [...value.replace(/:[^\s@]*@/g, ':***@')]
  const head = printable(characters.slice(0, longestShown).join('')).replaceAll('\t', '\\t')
  return characters.length > longestShown ? `"${head}…"` : `"${head}"`
}

const longestShown = 120
