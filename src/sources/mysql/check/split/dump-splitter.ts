import { backslashSets } from '../../client/backslash-sets'
import { SqlLexer } from '../lexer/sql-lexer'
import type { SqlListener, TokenKind } from '../lexer/sql-token'
import { RowReader } from '../rows/row-reader'
import { DumpComments } from '../statements/dump-comments'
import { DumpStatement, isBody, type StatementKind } from '../statements/dump-statement'
import { type HeldObject, isHeld, unreadable } from './held-object'
import { HeldSql } from './held-sql'
import { isLock } from './left-out'
import { NeedlessStatements } from './needless'
import { ObjectHead } from './object-head'
import { SequenceNames } from './sequence-names'
import { SessionReader } from './session-settings'
import { SplitOutput } from './split-output'
import { type PlaceMark, type StatementPlace, shifted } from './statement-places'

/**
 * Where the bytes go. `beginning`: up to the first comment or statement of a dump; kept, to remove the sandbox line.
 * `undecided`: in a statement whose kind is not known yet; kept. `holding`: in one that is held back; kept. `skipping`:
 * in one that is only about what is held back; kept, and left out.
 */
type Mode = 'beginning' | 'passing' | 'undecided' | 'holding' | 'skipping'

/** Takes the objects with code out of a dump; see `splitDump`. The input may be two dumps in a row. */
export class DumpSplitter implements SqlListener {
  readonly objects: HeldObject[] = []
  private readonly options: { database: string; afterMode: string }
  private readonly output: SplitOutput
  private readonly lexer = new SqlLexer(this)
  private readonly statement = new DumpStatement(this.lexer.quoteMode)
  private readonly comments = new DumpComments(this.lexer.quoteMode)
  private readonly rows = new RowReader({ openRows: () => {}, addHead: () => {}, addRows: () => {} })
  private readonly session = new SessionReader()
  private readonly needless = new NeedlessStatements()

  private chunk: Buffer = Buffer.alloc(0)
  /** The end of the last chunk that is read with the next one. */
  private carried: Buffer = Buffer.alloc(0)
  /** The end of what was routed of the chunk; `marks`: the statements that begin after it. */
  private cursor = 0
  private marks: PlaceMark[] = []
  private mode: Mode = 'beginning'
  private heldBytes = 0
  private place: StatementPlace | undefined
  private head: ObjectHead | undefined
  /** Of a table. */
  private sequences: SequenceNames | undefined
  /** Where the statement begins in this chunk; undefined: in an earlier one. */
  private statementStart: number | undefined

  /** `afterMode`: SQL without a line break, for after each statement that sets the SQL mode. */
  constructor(options: { database: string; afterMode: string }, out: (bytes: Buffer) => void) {
    this.options = options
    this.output = new SplitOutput(out)
  }

  write(bytes: Buffer): void {
    const chunk = this.carried.length === 0 ? bytes : Buffer.concat([this.carried, bytes])
    this.chunk = chunk
    this.cursor = 0
    this.lexer.isStarved = false
    let at = 0
    while (at < chunk.length && !this.lexer.isStarved) {
      at = this.rows.isOpen ? this.readRows(at) : this.lexer.scan(chunk, at)
    }
    if (this.place === undefined) this.keepWhatMayHaveBegun()
    this.route(at)
    this.output.endChunk()
    this.carried = Buffer.from(chunk.subarray(at))
    this.statementStart = undefined
    this.lexer.endChunk(at)
  }

  finish(): void {
    this.lexer.isLast = true
    if (this.carried.length > 0) this.write(Buffer.alloc(0))
    if (this.mode === 'beginning') this.begin()
    this.passKept()
  }

  where(line: number): string | undefined {
    return this.output.where(line)
  }

  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void {
    const place = this.place ?? this.beginStatement(text, start)
    const offset = this.output.keptBytes + (end - this.cursor)
    this.head?.token(kind, text, conditional, offset)
    this.sequences?.token(kind, text, offset)
    if (this.sequences !== undefined) this.needless.tableToken(kind, text)
    if (place.verb === 'SET' || this.mode === 'skipping') this.session.token(kind, text)
    if (isLock(place.verb)) this.mode = 'skipping'
    else if (place.verb === 'ALTER' || place.verb === 'DROP') this.readShort(kind, text, end)
    else if (this.sequences === undefined) this.settle(this.statement.read(kind, text, conditional), place, end)
  }

  statementEnd(end: number): void {
    const found = this.statement.end()
    if (this.place?.kind.kind === 'open') this.place.kind = found
    this.endStatement(end)
  }

  lineComment(text: string, atLineStart: boolean, start: number, end: number): void {
    if (this.mode === 'beginning') {
      this.route(end)
      this.begin()
    } else if (this.lexer.opening === undefined) this.leaveOut(start, end - 1)
    else if (this.mode === 'undecided') this.passTo(end)
    if (this.comments.read(text, atLineStart).kind !== 'trailer') return
    this.route(end)
    this.mode = 'beginning'
  }

  /**
   * A line comment between two statements: a client that keeps comments sends each to the server by itself, six for a
   * table. What of it is in an earlier chunk is kept, or was left out.
   */
  private leaveOut(start: number, end: number): void {
    if (start >= this.cursor) this.route(start)
    if (this.mode === 'undecided') this.output.takeKept()
    this.cursor = end
    this.mode = 'passing'
  }

  /** The first comment or statement of a dump was read. */
  private begin(): void {
    this.output.passBeginning()
    this.mode = 'passing'
  }

  private beginStatement(verb: string, start: number): StatementPlace {
    const from = Math.max(this.lexer.opening ?? start, this.cursor)
    this.keepFrom(this.lexer.opening ?? start)
    const place: StatementPlace = { verb: verb.toUpperCase(), kind: { kind: 'open' } }
    this.place = place
    this.head = place.verb === 'CREATE' ? new ObjectHead(this.lexer.quoteMode) : undefined
    this.marks.push({ at: from, place })
    this.statementStart = start >= 0 ? start : undefined
    return place
  }

  /** The first words of ALTER or DROP show what the statement is about. */
  private readShort(kind: TokenKind, text: string, end: number): void {
    if (this.mode !== 'undecided') return
    const found = this.needless.read(kind, text)
    if (found === 'held') {
      this.mode = 'skipping'
      this.session.token('word', this.place?.verb ?? '')
    }
    if (found !== 'needed') return
    this.lexer.tokens = false
    this.passTo(end)
  }

  private settle(found: StatementKind, place: StatementPlace, end: number): void {
    if (found.kind === 'open') return
    place.kind = found
    this.needless.statement(found)
    if (found.kind === 'object' && found.object === 'table') {
      this.sequences = new SequenceNames(this.options.database)
      return
    }
    this.lexer.tokens = false
    if (found.kind === 'object' && isHeld(found.object, this.head?.result?.kind)) {
      this.mode = 'holding'
      this.lexer.isBody = isBody(found.object)
      return
    }
    this.passTo(end)
    if (found.kind !== 'rows') return
    this.rows.open(found.table, this.chunk.subarray(this.statementStart ?? end, end))
    this.lexer.stop()
  }

  private readRows(at: number): number {
    const end = this.rows.read(this.chunk, at)
    if (this.rows.isOpen) return end
    this.lexer.restart()
    this.endStatement(end)
    return end
  }

  private endStatement(end: number): void {
    this.route(end)
    const isNeedless = this.needless.end() && this.mode === 'undecided'
    if (this.mode === 'holding') this.hold()
    // A character set in which rows must not be read: the object for which it is set brings its session along.
    else if (this.mode === 'skipping' || isNeedless || this.session.names(backslashSets)) this.output.takeKept()
    else this.passKept(bytes => this.sequences?.withoutDatabase(bytes) ?? bytes)
    // Another delimiter is around objects with code: they are taken out.
    if (this.session.setsMode && this.lexer.delimiterLength === 1) this.output.add(this.options.afterMode)
    this.mode = 'passing'
    this.place = undefined
    this.head = undefined
    this.sequences = undefined
    this.statement.reset()
    this.session.end()
    this.comments.statement()
  }

  /** The kept statement is one to hold back. */
  private hold(): void {
    const sql = Buffer.from(this.output.takeKept()).subarray(0, -this.lexer.delimiterLength)
    this.heldBytes += sql.length
    HeldSql.refuseMoreThanLimit(this.heldBytes)
    const parts = this.head?.partsOf(sql)
    if (parts === undefined) throw unreadable(this.place)
    this.objects.push({ ...parts, session: this.session.current })
  }

  /** No statement is open: only bytes that may be the beginning of one are kept. */
  private keepWhatMayHaveBegun(): void {
    if (this.mode === 'beginning') return
    const begun = this.lexer.mayHaveBegun
    const comment = this.lexer.openLineComment
    if (comment !== undefined) this.leaveOut(comment, this.chunk.length)
    else if (begun !== undefined) this.keepFrom(begun)
    else this.passTo(this.chunk.length)
  }

  /** Nothing before is part of the statement. In an earlier chunk, it is where what is kept begins. */
  private keepFrom(begun: number): void {
    if (begun >= this.cursor) {
      this.route(begun)
      if (this.mode === 'beginning') this.begin()
      else this.passKept()
    } else if (this.mode === 'beginning') this.begin()
    this.mode = 'undecided'
  }

  /** Sends the chunk, up to here, where its mode says. */
  private route(end: number): void {
    const bytes = this.chunk.subarray(this.cursor, end)
    const marks = shifted(this.marks, this.cursor)
    this.cursor = end
    this.marks = []
    if (this.mode === 'passing') this.output.pass(bytes, marks)
    else this.output.keep(bytes, marks)
  }

  private passTo(end: number): void {
    this.route(end)
    this.passKept()
  }

  private passKept(change?: (bytes: Buffer) => Buffer): void {
    this.output.passKept(change)
    this.mode = 'passing'
  }
}
