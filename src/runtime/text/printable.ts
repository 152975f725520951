/**
 * One line that neither a terminal nor GitHub's runner acts on: control characters, line breaks and invisible
 * characters become escapes (`\r`, `\x1b`, `\u2028`), and a space breaks up workflow commands. The runner
 * (`ActionCommand.cs`) knows two forms: `::name` at the start of a line, after white space, and `##[name]` anywhere. It
 * compares by culture, not byte by byte, and so ignores some characters within a command. This explains the marks and tabs in
 * the patterns.
 */
export function printable(line: string): string {
  const visible = line.replace(invisible, escapeSequence)
  return visible.replace(/#(?=[\p{M}\t]*#[\p{M}\t]*\[)/gu, '# ').replace(/^([\p{M}\p{Z}\t]*:[\p{M}\t]*)(?=:)/u, '$1 ')
}

/** Splits text at `\n` and `\r\n` and makes each line printable. */
export function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map(printable)
}

// Control characters except the tab, format characters (direction marks, joiners), lone surrogates, line and paragraph
// separators, and everything else that Unicode says to draw as nothing.
const invisible = /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' }

function escapeSequence(character: string): string {
  const short = shortEscapes[character]
  if (short !== undefined) return short
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}
