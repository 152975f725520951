/** `name`: an identifier in backticks, or in double quotes under ANSI_QUOTES; its text is unescaped. */
export type TokenKind = 'word' | 'name' | 'string' | 'symbol'

/**
 * Hears what the lexer finds. Offsets are indexes into the chunk being scanned; `start` is negative when the thing
 * began in an earlier chunk.
 */
export interface SqlListener {
  /** `conditional`: inside a `/*!…` comment, whose content is code. Not called while `SqlLexer.tokens` is off. */
  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void
  /** The delimiter was reached; `end` is behind it. `SqlLexer.tokens` goes on again there. */
  statementEnd(end: number): void
  /**
   * A `-- ` or `#` comment between statements: its first bytes, without the line break that ended it; `end` is behind
   * that.
   */
  lineComment(text: string, atLineStart: boolean, end: number): void
}

/** How the server reads quotes, as set by the last `SET sql_mode`. */
export interface QuoteMode {
  ansiQuotes: boolean
  noBackslashEscapes: boolean
}
