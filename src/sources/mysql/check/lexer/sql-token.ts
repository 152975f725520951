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

/** How the server reads text, by the last `SET` of its mode and its character set. */
export interface QuoteMode {
  ansiQuotes: boolean
  noBackslashEscapes: boolean
  /** In lower case; '': that of the dump, which is utf8mb4. */
  characterSet: string
  /** The last token, read as UTF-8, where the character set is another one; undefined: it is not UTF-8. */
  asUtf8?: string | undefined
  /** The server that was dumped is MariaDB, by the head of the dump. */
  isMariadb: boolean
}
