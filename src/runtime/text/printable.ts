/**
 * One line that a terminal and GitHub's runner show as it is and act on in no way: control characters, line breaks
 * and characters without a shape become visible (`\r`, `\x1b`, `\u2028`), and what the runner would take for a
 * workflow command is set apart by a space. The runner (`ActionCommand.cs`) knows two forms: `::name` at the start of a
 * line behind white space, and `##[name]` anywhere in it. It compares as a language does, not byte by byte, so a
 * character without weight between two others does not part them: hence the marks and tabs in the patterns.
 */
export function printable(line: string): string {
  const visible = line.replace(shapeless, escapeSequence)
  return visible
    .replace(/#(?=[\p{M}\t]*#[\p{M}\t]*\[)/gu, '# ')
    .replace(/^([\p{M}\p{Z}\t]*:[\p{M}\t]*)(?=:)/u, '$1 ')
}

/** Text of several lines, each made printable. Only `\n` and `\r\n` part lines. */
export function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map(printable)
}

// Controls but the tab, formats (direction marks, joiners), halves of pairs, line and paragraph separators, and whatever
// else Unicode says to draw as nothing.
const shapeless = /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' }

function escapeSequence(character: string): string {
  const short = shortEscapes[character]
  if (short !== undefined) return short
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}
