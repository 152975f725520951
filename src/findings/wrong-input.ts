import { UserError } from '../runtime/errors'
import { printable } from '../runtime/text/printable'

/** The error for an invalid value: `Input "name" must <rule>, got "value".` Never for secrets. */
export function wrongInput(name: string, rule: string, value: string, advice?: string): UserError {
  return new UserError(`Input "${name}" must ${rule}, got ${shown(value)}.`, { advice })
}

/** A value for a message: quoted, escaped, cut. Hides private keys and passwords in URLs. */
export function shown(value: string): string {
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(value)) return 'a private key'
  const characters = [...value.replace(/:[^\s@]*@/g, ':***@')]
  const head = printable(characters.slice(0, longestShown).join('')).replaceAll('\t', '\\t')
  return characters.length > longestShown ? `"${head}…"` : `"${head}"`
}

const longestShown = 120
