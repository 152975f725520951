import { CheckError } from '../../../../pipeline/check-error'
import { ConditionalComments } from './conditional-comments'
import { states } from './lexer-states'
import { asterisk, backslash, backtick, doubleQuote, isWordByte, newline, singleQuote, slash } from './sql-bytes'
import { SqlComment } from './sql-comment'
import type { QuoteMode, SqlListener, TokenKind } from './sql-token'

/** In bytes; more than any identifier (64 characters) and any `sql_mode` need. */
const textLimit = 4096

/**
 * Splits SQL into statements as the mysql client does: quotes, comments, conditional comments and the DELIMITER
 * command. Every state is a number, so a chunk may end anywhere; only the token being read is kept.
 */
export class SqlLexer {
  /** Whether tokens are reported. The owner switches it off for the rest of a statement whose kind is known. */
  tokens = true
  /** Set by the owner; cleared by anything but white space between statements. */
  blank = false
  readonly quoteMode: QuoteMode = { ansiQuotes: false, noBackslashEscapes: false }
  readonly conditional = new ConditionalComments()
  /** Where the conditional comment began that comes before the first token of the statement. */
  opening: number | undefined

  private readonly listener: SqlListener
  private readonly comment = new SqlComment()
  private state: number = states.code
  private stopped = false
  private statementEmpty = true
  private delimiter: readonly number[] = [0x3b]
  private delimiterMatched = 0
  private quote = 0
  private commentAtLineStart = true
  private lastByte = newline
  private start = 0
  private readonly text = Buffer.alloc(textLimit)
  private textLength = 0

  constructor(listener: SqlListener) {
    this.listener = listener
  }

  /** Between two statements: nothing is open or begun. */
  get idle(): boolean {
    return this.state === states.code && this.statementEmpty && !this.conditional.isInside
  }

  /** Where the word being read began, when it is the first of a statement and the chunk ended within it. */
  get openWord(): number | undefined {
    return this.state === states.word && this.statementEmpty ? this.start : undefined
  }

  /** Where a statement began of which no token was read yet, or may have begun: with what may become a comment. */
  get mayHaveBegun(): number | undefined {
    if (!this.statementEmpty) return undefined
    const isInComment = this.state === states.comment && this.comment.isUndecided
    return this.opening ?? this.openWord ?? (isInComment ? this.start : undefined)
  }

  /** Where the line comment began in which the chunk ends, between two statements. */
  get openLineComment(): number | undefined {
    const isOpen = this.state === states.comment && this.comment.isLine
    return isOpen && this.statementEmpty && this.opening === undefined ? this.start : undefined
  }

  /** In bytes. */
  get delimiterLength(): number {
    return this.delimiter.length
  }

  /** Makes `scan` return after the current call of the listener. */
  stop(): void {
    this.stopped = true
  }

  /** Starts again between two statements: the caller has read the end of one itself, including its line break. */
  restart(): void {
    this.endStatement()
    this.state = states.code
    this.lastByte = newline
  }

  /** Reads from `from`; returns where it stopped: the chunk's length unless `stop` was called. */
  scan(chunk: Buffer, from: number): number {
    this.stopped = false
    let at = from
    while (at < chunk.length && !this.stopped) at = this.step(chunk, at, chunk[at] ?? 0)
    if (at > from) this.lastByte = chunk[at - 1] ?? 0
    return at
  }

  /** To be called at the end of a chunk: offsets become relative to the next one. */
  endChunk(length: number): void {
    this.start -= length
    if (this.opening !== undefined) this.opening -= length
  }

  /** Handles one byte; returns the next index, or the same one to read the byte again in a new state. */
  private step(chunk: Buffer, at: number, byte: number): number {
    switch (this.state) {
      case states.code:
        return this.code(chunk, at, byte)
      case states.word:
        if (!isWordByte[byte] || byte === this.delimiter[0]) return this.endWord(at)
        return this.keep(byte, at)
      case states.quoted:
        return this.quoted(at, byte)
      case states.quotedEscape:
        this.state = states.quoted
        return this.keep(byte, at)
      case states.quotedEnd:
        if (byte !== this.quote) return this.endQuoted(at)
        this.state = states.quoted
        return this.keep(byte, at)
      case states.comment:
        return this.inComment(at, byte)
      case states.star:
        this.state = states.code
        if (byte !== slash) return this.emit('symbol', '*', at)
        this.conditional.close()
        return at + 1
      case states.delimiter:
        return this.inDelimiter(at, byte)
      case states.delimiterCommand:
        if (byte !== newline) return this.keep(byte, at)
        this.setDelimiter(this.takeText().trim().split(/\s/)[0] ?? '')
        return at + 1
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
    if (SqlComment.mayBegin(byte)) {
      this.commentAtLineStart = (at === 0 ? this.lastByte : chunk[at - 1]) === newline
      this.comment.begin(byte)
      this.state = states.comment
    } else if (byte === singleQuote || byte === doubleQuote || byte === backtick) {
      this.quote = byte
      this.state = states.quoted
    } else if (byte === asterisk && this.conditional.isInside) this.state = states.star
    else if (byte === backslash) this.state = states.escape
    else this.emit('symbol', String.fromCharCode(byte), at + 1)
    return at + 1
  }

  private quoted(at: number, byte: number): number {
    if (byte === this.quote) this.state = states.quotedEnd
    else if (byte === backslash && this.hasEscapes()) this.state = states.quotedEscape
    else this.keep(byte, at)
    return at + 1
  }

  private hasEscapes(): boolean {
    if (this.quoteMode.noBackslashEscapes || this.quote === backtick) return false
    return this.quote === singleQuote || !this.quoteMode.ansiQuotes
  }

  private endQuoted(at: number): number {
    const isName = this.quote === backtick || (this.quote === doubleQuote && this.quoteMode.ansiQuotes)
    this.state = states.code
    this.conditional.readText(this.text.subarray(0, this.textLength), this.textLength === textLimit)
    return this.emit(isName ? 'name' : 'string', this.takeText(), at)
  }

  private endWord(at: number): number {
    const word = this.takeText()
    const isCommand = this.statementEmpty && word.toLowerCase() === 'delimiter'
    this.state = isCommand ? states.delimiterCommand : states.code
    return isCommand ? at : this.emit('word', word, at)
  }

  private inComment(at: number, byte: number): number {
    const step = this.comment.read(byte)
    if (step === 'inside') return at + 1
    this.state = states.code
    if (step !== 'symbols') this.conditional.readComment()
    if (step === 'conditional') {
      if (this.statementEmpty) this.opening ??= this.start
      this.conditional.open(this.comment.mayBeSkipped)
    }
    if (step === 'symbols') for (const symbol of this.comment.text) this.emit('symbol', symbol, at)
    if (step === 'line over' && this.statementEmpty) {
      this.listener.lineComment(this.comment.text, this.commentAtLineStart, this.start, at + 1)
    }
    return step === 'conditional' || step === 'symbols' ? at : at + 1
  }

  private inDelimiter(at: number, byte: number): number {
    if (byte !== this.delimiter[this.delimiterMatched]) {
      this.state = states.code
      this.start = at - this.delimiterMatched
      for (const symbol of this.delimiter.slice(0, this.delimiterMatched)) {
        this.emit('symbol', String.fromCharCode(symbol), at)
      }
      return at
    }
    this.delimiterMatched++
    if (this.delimiterMatched === this.delimiter.length) {
      this.state = states.code
      this.listener.statementEnd(at + 1)
      this.endStatement()
    }
    return at + 1
  }

  private setDelimiter(text: string): void {
    if (text === '') throw new CheckError('The dump has a DELIMITER command without a delimiter.')
    this.delimiter = [...Buffer.from(text)]
    this.state = states.code
  }

  private emit(kind: TokenKind, text: string, end: number): number {
    this.statementEmpty = false
    if (this.tokens) this.listener.token(kind, text, this.conditional.isInside, this.start, end)
    return end
  }

  private endStatement(): void {
    this.statementEmpty = true
    this.opening = undefined
    this.conditional.reset()
    this.tokens = true
  }

  private keep(byte: number, at: number): number {
    if (this.textLength < textLimit) this.text[this.textLength++] = byte
    return at + 1
  }

  private takeText(): string {
    const text = this.text.toString('utf8', 0, this.textLength)
    this.textLength = 0
    return text
  }
}
