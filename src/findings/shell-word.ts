/** One word of a bash command to copy, quoted if needed. Escapes hidden characters, and `##[` (a workflow command). */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|#\p{M}*#/u.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  const escaped = text.replace(/[\\']|[#\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character => {
    if (character === '\\' || character === "'") return `\\${character}`
    return [...Buffer.from(character)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  })
  return `$'${escaped}'`
}
