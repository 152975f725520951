import { bodyEndsAt } from './body-end'
import { ConditionalComments } from './conditional-comments'
import { Delimiter } from './delimiter'
import { DollarQuote } from './dollar-quote'
import { states } from './lexer-states'
import { hasEscapes, quotesName } from './quotes'
import { asterisk, backslash, isQuote, isWordByte, newline, slash } from './sql-bytes'
import { SqlComment } from './sql-comment'
import type { QuoteMode, SqlListener, TokenKind } from './sql-token'
import { TokenText } from './token-text'

/**
 * Splits SQL as the mysql client does: quotes, comments, conditional comments, the DELIMITER command. A chunk may end
 * anywhere: every state is a number, and only the token being read is kept.
 */
export class SqlLexer {
  /** Whether tokens are reported. The owner switches it off for the rest of a statement whose kind is known. */
  tokens = true
  /** Set by the owner; cleared by anything but white space between statements. */
  blank = false
  readonly quoteMode: QuoteMode = { ansiQuotes: false, noBackslashEscapes: false, characterSet: '', isMariadb: false }
  readonly conditional = new ConditionalComments()
  /** Where the conditional comment began that comes before the first token of the statement. */
  opening: number | undefined
  /** Set by the owner: the statement is a routine, trigger or event, which may end in a comment; it is the last chunk. */
  isBody = false
  isLast = false
  /** `scan` stopped where the next chunk must begin; the owner resets it. */
  isStarved = false

  private readonly listener: SqlListener
  private readonly comment = new SqlComment()
  private state: number = states.code
  private stopped = false
  private statementEmpty = true
  private readonly delimiter = new Delimiter()
  private quote = 0
  private commentAtLineStart = true
  private lastByte = newline
  private start = 0
  private readonly text = new TokenText(this.quoteMode)
  private readonly dollarQuote = new DollarQuote()

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
    const mayBe = this.state === states.comment && this.comment.isUndecided
    return this.opening ?? this.openWord ?? (mayBe ? this.start : undefined)
  }

  /** Where the line comment began in which the chunk ends, between two statements. */
  get openLineComment(): number | undefined {
    const isOpen = this.state === states.comment && this.comment.isLine && this.statementEmpty
    return isOpen && this.opening === undefined ? this.start : undefined
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

  /** Reads from `from`; returns where it stopped: the chunk's length unless `stop` was called or it is starved. */
  scan(chunk: Buffer, from: number): number {
    this.stopped = false
    let at = from
    while (at < chunk.length && !this.stopped && !this.isStarved) at = this.step(chunk, at, chunk[at] ?? 0)
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
    if (this.text.isInCharacter(byte)) return this.keep(byte, at)
    switch (this.state) {
      case states.code:
        return this.code(chunk, at, byte)
      case states.word:
        if (!isWordByte[byte] || this.delimiter.begins(byte)) return this.endWord(at)
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
        return this.inComment(chunk, at, byte)
      case states.star:
        this.state = states.code
        if (byte !== slash) return this.emit('symbol', '*', at)
        this.conditional.close()
        return at + 1
      case states.delimiter:
        return this.inDelimiter(at, byte)
      case states.dollarQuoted:
        if (!this.dollarQuote.read(byte)) return at + 1
        this.state = states.code
        return this.emit('string', '', at + 1)
      case states.delimiterCommand:
        if (byte !== newline) return this.keep(byte, at)
        this.delimiter.set(this.text.take())
        this.state = states.code
        return at + 1
      default:
        this.state = states.code
        return at + 1
    }
  }

  private code(chunk: Buffer, at: number, byte: number): number {
    if (byte > 0x20) this.blank = false
    if (this.delimiter.begins(byte)) {
      this.state = states.delimiter
      return at
    }
    if (byte <= 0x20) return at + 1
    this.start = at
    this.text.clear()
    if (isWordByte[byte]) {
      this.state = this.dollarQuote.begins(byte) ? states.dollarQuoted : states.word
      return at
    }
    if (SqlComment.mayBegin(byte)) {
      this.commentAtLineStart = (at === 0 ? this.lastByte : chunk[at - 1]) === newline
      this.comment.begin(byte)
      this.state = states.comment
    } else if (isQuote(byte)) {
      this.quote = byte
      this.state = states.quoted
    } else if (byte === asterisk && this.conditional.isInside) this.state = states.star
    else if (byte === backslash) this.state = states.escape
    else this.emit('symbol', String.fromCharCode(byte), at + 1)
    return at + 1
  }

  private quoted(at: number, byte: number): number {
    if (byte === this.quote) this.state = states.quotedEnd
    else if (byte === backslash && hasEscapes(this.quoteMode, this.quote)) this.state = states.quotedEscape
    else this.keep(byte, at)
    return at + 1
  }

  private endQuoted(at: number): number {
    this.state = states.code
    this.conditional.readText(this.text.kept, this.text.isCut)
    return this.emit(quotesName(this.quoteMode, this.quote) ? 'name' : 'string', this.text.take(), at)
  }

  private endWord(at: number): number {
    const word = this.text.take()
    const isCommand = this.statementEmpty && word.toLowerCase() === 'delimiter'
    this.state = isCommand ? states.delimiterCommand : states.code
    if (!isCommand) this.dollarQuote.word(word)
    return isCommand ? at : this.emit('word', word, at)
  }

  private inComment(chunk: Buffer, at: number, byte: number): number {
    const step = this.comment.read(byte)
    if (step === 'inside') return at + 1
    if (step === 'line over' && this.isBody && this.comment.lastTwo === ';;') {
      const found = bodyEndsAt(chunk, at, this.isLast)
      if (found === 'here') return this.complete(at)
      this.isStarved = found === 'unknown'
      if (this.isStarved) return at
    }
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

  private complete(end: number): number {
    this.state = states.code
    this.listener.statementEnd(end)
    this.endStatement()
    return end
  }

  private inDelimiter(at: number, byte: number): number {
    const step = this.delimiter.read(byte)
    if (step === 'inside') return at + 1
    if (step === 'over') return this.complete(at + 1)
    this.state = states.code
    this.start = at - step.length
    for (const symbol of step) this.emit('symbol', String.fromCharCode(symbol), at)
    return at
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
    this.dollarQuote.reset()
    this.tokens = true
    this.isBody = false
  }

  private keep(byte: number, at: number): number {
    this.text.add(byte)
    return at + 1
  }
}
