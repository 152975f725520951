import { CheckError } from './check-error'

/** `name`: an identifier in backticks, or in double quotes under ANSI_QUOTES; its text is unescaped. */
export type TokenKind = 'word' | 'name' | 'string' | 'symbol'

/**
 * Hears what the lexer finds. Offsets are indexes into the chunk being scanned; `start` is negative when the thing began
 * in an earlier chunk.
 */
export interface SqlListener {
  /** `conditional`: inside a `/*!…` comment, whose content is code. Not called while `SqlLexer.tokens` is off. */
  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void
  /** The delimiter was reached. `SqlLexer.tokens` goes on again behind it. */
  statementEnd(): void
  /** A `-- ` or `#` comment between statements: its first 128 bytes, without the line break that ended it. */
  lineComment(text: string, atLineStart: boolean): void
}

/** How the server reads quotes, as set by the last `SET sql_mode`. */
export interface QuoteMode {
  ansiQuotes: boolean
  noBackslashEscapes: boolean
}

/** More than any identifier (64 characters) and any `sql_mode` need. */
const textLimit = 4096
const commentLimit = 128

const states = {
  code: 0,
  word: 1,
  quoted: 2,
  quotedEscape: 3,
  quotedEnd: 4,
  lineComment: 5,
  blockComment: 6,
  blockCommentStar: 7,
  slash: 8,
  slashStar: 9,
  slashStarM: 10,
  version: 11,
  star: 12,
  dash: 13,
  dashDash: 14,
  delimiter: 15,
  delimiterCommand: 16,
  escape: 17,
} as const

const newline = 0x0a
const doubleQuote = 0x22
const hash = 0x23
const singleQuote = 0x27
const asterisk = 0x2a
const hyphen = 0x2d
const slashByte = 0x2f
const backslash = 0x5c
const backtick = 0x60

/** Letters, digits, `_`, `$` and every byte of a multi-byte character. */
const isWordByte = Array.from(
  { length: 256 },
  (_, byte) =>
    byte >= 0x80 || byte === 0x24 || byte === 0x5f || /[0-9A-Za-z]/.test(String.fromCharCode(byte)),
)

/**
 * Splits SQL text into statements as the mysql client does: quotes, comments, conditional comments and the DELIMITER
 * command. Every state is a number, so a chunk may end anywhere; nothing is kept but the token being read.
 */
export class SqlLexer {
  /** Whether tokens are reported. Off for the rest of a statement whose head has told enough. */
  tokens = true
  /** Set by the owner; cleared by anything but white space between statements. */
  blank = false
  readonly quoteMode: QuoteMode = { ansiQuotes: false, noBackslashEscapes: false }

  private readonly listener: SqlListener
  private state: number = states.code
  private stopped = false
  private conditionalDepth = 0
  private statementEmpty = true
  private delimiter: readonly number[] = [0x3b]
  private delimiterMatched = 0
  private quote = 0
  private lineStart = true
  private lastByte = newline
  private start = 0
  private readonly text = Buffer.alloc(textLimit)
  private textLength = 0

  constructor(listener: SqlListener) {
    this.listener = listener
  }

  /** Between two statements: nothing open, nothing begun. */
  get idle(): boolean {
    return this.state === states.code && this.statementEmpty && this.conditionalDepth === 0
  }

  /** Where the word being read began, when it is the first of a statement and the chunk ended within it. */
  get openWord(): number | undefined {
    return this.state === states.word && this.statementEmpty ? this.start : undefined
  }

  /** Makes `scan` return after the call of the listener that is under way. */
  stop(): void {
    this.stopped = true
  }

  /** Begins anew between two statements: the caller has read the end of one by itself, up to and with its line break. */
  restart(): void {
    this.endStatement()
    this.state = states.code
    this.lastByte = newline
  }

  /** Reads from `from` on; returns where it stopped, the chunk's length unless `stop` was called. */
  scan(chunk: Buffer, from: number): number {
    this.stopped = false
    let at = from
    while (at < chunk.length && !this.stopped) at = this.step(chunk, at, chunk[at] ?? 0)
    if (at > from) this.lastByte = chunk[at - 1] ?? 0
    return at
  }

  /** To be called when a chunk was read to its end: offsets become relative to the next one. */
  endChunk(length: number): void {
    this.start -= length
  }

  /** Handles one byte; returns the next index, the same one when the byte is to be read again in a new state. */
  private step(chunk: Buffer, at: number, byte: number): number {
    switch (this.state) {
      case states.code:
        return this.code(chunk, at, byte)
      case states.word:
        if (!isWordByte[byte] || byte === this.delimiter[0]) return this.endWord(at)
        this.keep(byte)
        return at + 1
      case states.quoted:
        return this.quoted(at, byte)
      case states.quotedEscape:
        this.keep(byte)
        this.state = states.quoted
        return at + 1
      case states.quotedEnd:
        if (byte !== this.quote) return this.endQuoted(at)
        this.keep(byte)
        this.state = states.quoted
        return at + 1
      case states.lineComment:
        return this.inLineComment(at, byte)
      case states.blockComment:
        if (byte === asterisk) this.state = states.blockCommentStar
        return at + 1
      case states.blockCommentStar:
        if (byte !== asterisk) this.state = byte === slashByte ? states.code : states.blockComment
        return at + 1
      case states.slash:
        if (byte !== asterisk) return this.symbolBefore(slashByte, at)
        this.state = states.slashStar
        return at + 1
      case states.slashStar:
      case states.slashStarM:
        return this.commentKind(at, byte)
      case states.version:
        return this.version(at, byte)
      case states.star:
        if (byte !== slashByte) return this.symbolBefore(asterisk, at)
        this.conditionalDepth--
        this.state = states.code
        return at + 1
      case states.dash:
        if (byte !== hyphen) return this.symbolBefore(hyphen, at)
        this.state = states.dashDash
        return at + 1
      case states.dashDash:
        return this.afterDashes(at, byte)
      case states.delimiter:
        return this.inDelimiter(at, byte)
      case states.delimiterCommand:
        return this.delimiterCommand(at, byte)
      default:
        this.state = states.code
        return at + 1
    }
  }

  private code(chunk: Buffer, at: number, byte: number): number {
    if (byte > 0x20) this.blank = false
    if (byte === this.delimiter[0]) {
      this.delimiterMatched = 0
      this.state = states.delimiter
      return at
    }
    if (byte <= 0x20) return at + 1
    this.start = at
    this.textLength = 0
    if (isWordByte[byte]) {
      this.state = states.word
      return at
    }
    switch (byte) {
      case singleQuote:
      case doubleQuote:
      case backtick:
        this.quote = byte
        this.state = states.quoted
        return at + 1
      case slashByte:
        this.state = states.slash
        return at + 1
      case hyphen:
      case hash:
        this.lineStart = (at === 0 ? this.lastByte : chunk[at - 1]) === newline
        if (byte === hash) this.keep(byte)
        this.state = byte === hash ? states.lineComment : states.dash
        return at + 1
      case asterisk:
        if (this.conditionalDepth === 0) break
        this.state = states.star
        return at + 1
      case backslash:
        this.state = states.escape
        return at + 1
    }
    this.emit('symbol', String.fromCharCode(byte), at + 1)
    return at + 1
  }

  private quoted(at: number, byte: number): number {
    if (byte === this.quote) {
      this.state = states.quotedEnd
      return at + 1
    }
    if (byte === backslash && this.hasEscapes()) {
      this.state = states.quotedEscape
      return at + 1
    }
    this.keep(byte)
    return at + 1
  }

  private hasEscapes(): boolean {
    if (this.quoteMode.noBackslashEscapes || this.quote === backtick) return false
    return this.quote === singleQuote || !this.quoteMode.ansiQuotes
  }

  private endQuoted(at: number): number {
    const isName = this.quote === backtick || (this.quote === doubleQuote && this.quoteMode.ansiQuotes)
    this.state = states.code
    this.emit(isName ? 'name' : 'string', this.takeText(), at)
    return at
  }

  private endWord(at: number): number {
    this.state = states.code
    const word = this.takeText()
    if (this.statementEmpty && word.toLowerCase() === 'delimiter') {
      this.textLength = 0
      this.state = states.delimiterCommand
    } else this.emit('word', word, at)
    return at
  }

  private inLineComment(at: number, byte: number): number {
    if (byte !== newline) {
      if (this.textLength < commentLimit) this.keep(byte)
      return at + 1
    }
    this.state = states.code
    if (this.statementEmpty) this.listener.lineComment(this.takeText(), this.lineStart)
    return at + 1
  }

  /** `-- ` begins a comment; `--` with anything but white space behind is two minus signs. */
  private afterDashes(at: number, byte: number): number {
    if (byte > 0x20) {
      this.emit('symbol', '-', at)
      return this.symbolBefore(hyphen, at)
    }
    this.keep(hyphen)
    this.keep(hyphen)
    this.state = states.lineComment
    return at
  }

  private commentKind(at: number, byte: number): number {
    if (byte === 0x21) {
      this.textLength = 0
      this.state = states.version
      return at + 1
    }
    if (byte === 0x4d && this.state === states.slashStar) {
      this.state = states.slashStarM
      return at + 1
    }
    this.state = states.blockComment
    return at
  }

  /** Version 999999 is never reached by a server: MariaDB's sandbox line hides behind it. */
  private version(at: number, byte: number): number {
    if (byte >= 0x30 && byte <= 0x39 && this.textLength < 6) {
      this.keep(byte)
      return at + 1
    }
    if (this.textLength === 6 && this.takeText() === '999999') this.state = states.blockComment
    else {
      this.conditionalDepth++
      this.state = states.code
    }
    return at
  }

  private inDelimiter(at: number, byte: number): number {
    if (byte !== this.delimiter[this.delimiterMatched]) {
      this.state = states.code
      this.start = at - this.delimiterMatched
      for (const part of this.delimiter.slice(0, this.delimiterMatched))
        this.emit('symbol', String.fromCharCode(part), at)
      return at
    }
    this.delimiterMatched++
    if (this.delimiterMatched < this.delimiter.length) return at + 1
    this.state = states.code
    this.listener.statementEnd()
    this.endStatement()
    return at + 1
  }

  private delimiterCommand(at: number, byte: number): number {
    if (byte !== newline) {
      if (this.textLength < commentLimit) this.keep(byte)
      return at + 1
    }
    const argument = this.takeText().trim().split(/\s/)[0] ?? ''
    if (argument === '') throw new CheckError('The dump has a DELIMITER command without a delimiter.')
    this.delimiter = [...Buffer.from(argument)]
    this.state = states.code
    return at + 1
  }

  private symbolBefore(byte: number, at: number): number {
    this.state = states.code
    this.emit('symbol', String.fromCharCode(byte), at)
    return at
  }

  private emit(kind: TokenKind, text: string, end: number): void {
    this.statementEmpty = false
    if (this.tokens) this.listener.token(kind, text, this.conditionalDepth > 0, this.start, end)
  }

  private endStatement(): void {
    this.statementEmpty = true
    this.conditionalDepth = 0
    this.tokens = true
  }

  private keep(byte: number): void {
    if (this.textLength < textLimit) this.text[this.textLength++] = byte
  }

  private takeText(): string {
    const text = this.text.toString('utf8', 0, this.textLength)
    this.textLength = 0
    return text
  }
}
