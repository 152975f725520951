/**
 * A name for a message: in double quotes, cut after 200 characters. Characters that act on a terminal or are invisible
 * (control characters, bytes that are not UTF-8, bidirectional marks) become `\xNN` or `\u{N}`.
 */
export function quotedName(name: Buffer | string): string {
  const text = typeof name === 'string' ? name : decode(name)
  const characters = [...text]
  const shown = characters.slice(0, 200).map(escapeHidden).join('')
  return `"${shown}${characters.length > 200 ? '…' : ''}"`
}

function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return text
  return [...bytes].map(byte => (byte < 0x80 ? String.fromCharCode(byte) : hex(byte))).join('')
}

function escapeHidden(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return hex(code)
  return /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character) ? `\\u{${code.toString(16)}}` : character
}

function hex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`
}
