/**
 * One word of a bash command that a person copies: as it is where that is safe, else in quotes. Characters that would not
 * survive copying are written out, and so is what a report would take apart: `##[` could be a workflow command.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|#\p{M}*#/u.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  const escaped = text.replace(/[\\']|[#\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character => {
    if (character === '\\' || character === "'") return `\\${character}`
    return [...Buffer.from(character)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  })
  return `$'${escaped}'`
}
