/**
 * One word of a bash command to copy, quoted if needed. Escapes hidden characters, `##[` (a workflow command), and bytes
 * that are not UTF-8.
 */
export function shellWord(word: string | Buffer): string {
  const text = word.toString()
  if (typeof word !== 'string' && !Buffer.from(text).equals(word)) return `$'${[...word].map(escapeByte).join('')}'`
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|#\p{M}*#/u.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  const escaped = text.replace(/[\\']|[#\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character => {
    if (character === '\\' || character === "'") return `\\${character}`
    return [...Buffer.from(character)].map(hex).join('')
  })
  return `$'${escaped}'`
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return /^[\w@%+=:,./ -]$/.test(character) ? character : hex(byte)
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
