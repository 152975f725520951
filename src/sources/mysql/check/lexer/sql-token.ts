/** `name`: an identifier in backticks, or in double quotes under ANSI_QUOTES; its text is unescaped. */
export type TokenKind = 'word' | 'name' | 'string' | 'symbol'

/** Receives what the lexer finds. Offsets are indexes into the current chunk; negative: in an earlier one. */
export interface SqlListener {
  /** `conditional`: in a `/*!…` comment, whose content is code. Not called while `SqlLexer.tokens` is off. */
  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void
  /** `end`: after the delimiter. `SqlLexer.tokens` is on again from there. */
  statementEnd(end: number): void
  /** A `-- ` or `#` comment between statements: its first bytes. `end`: after its line break. */
  lineComment(text: string, atLineStart: boolean, start: number, end: number): void
}

/** How the server reads quotes, by the last `SET sql_mode`. */
export interface QuoteMode {
  ansiQuotes: boolean
  noBackslashEscapes: boolean
}
