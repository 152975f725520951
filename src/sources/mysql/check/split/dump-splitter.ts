import { SqlLexer } from '../lexer/sql-lexer'
import type { SqlListener, TokenKind } from '../lexer/sql-token'
import { RowReader } from '../rows/row-reader'
import { DumpComments, sandboxLine } from '../statements/dump-comments'
import { type DumpObject, DumpStatement, type StatementKind } from '../statements/dump-statement'
import { type HeldObject, heldKinds, skipped, unreadable } from './held-object'
import { HeldSql } from './held-sql'
import { ObjectHead } from './object-head'
import { SessionReader } from './session-settings'
import { type PlaceMark, type StatementPlace, StatementPlaces, shifted } from './statement-places'

/**
 * Where the bytes go. `beginning`: up to the first comment or statement of a dump; kept, to remove the sandbox line.
 * `undecided`: in a statement whose kind is not known yet; kept. `holding`: in one that is held back; kept. `skipping`:
 * in one that is only about what is held back; kept, and left out.
 */
type Mode = 'beginning' | 'passing' | 'undecided' | 'holding' | 'skipping'

/** Takes the objects with code out of a dump; see `splitDump`. The input may be two dumps in a row. */
export class DumpSplitter implements SqlListener {
  readonly objects: HeldObject[] = []
  private readonly out: (bytes: Buffer) => void
  private readonly places = new StatementPlaces()
  private readonly lexer = new SqlLexer(this)
  private readonly statement = new DumpStatement(this.lexer.quoteMode)
  private readonly comments = new DumpComments()
  private readonly rows = new RowReader({ openRows: () => {}, addHead: () => {}, addRows: () => {} })
  private readonly session = new SessionReader()

  private chunk: Buffer = Buffer.alloc(0)
  /** The end of what was routed of the chunk; `marks`: the statements that begin after it. */
  private cursor = 0
  private marks: PlaceMark[] = []
  private mode: Mode = 'beginning'
  private readonly kept = new HeldSql()
  private heldBytes = 0

  private place: StatementPlace | undefined
  private head: ObjectHead | undefined
  /** Where the statement begins in this chunk; undefined: in an earlier one. */
  private statementStart: number | undefined
  private setsMode = false
  private readonly afterMode: string

  /** `afterMode`: SQL without a line break, for after each statement that sets the SQL mode. */
  constructor(out: (bytes: Buffer) => void, afterMode = '') {
    this.out = out
    this.afterMode = afterMode
  }

  write(chunk: Buffer): void {
    this.chunk = chunk
    this.cursor = 0
    let at = 0
    while (at < chunk.length) at = this.rows.isOpen ? this.readRows(at) : this.lexer.scan(chunk, at)
    if (this.place === undefined) this.keepWhatMayHaveBegun()
    this.route(chunk.length)
    this.statementStart = undefined
    this.lexer.endChunk(chunk.length)
  }

  finish(): void {
    if (this.mode === 'beginning') this.begin()
    this.passKept()
  }

  where(line: number): string | undefined {
    return this.places.where(line)
  }

  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void {
    const place = this.place ?? this.beginStatement(text, start)
    this.head?.token(kind, text, conditional, this.kept.bytes + (end - this.cursor))
    if (place.verb === 'SET' || this.mode === 'skipping') this.session.token(kind, text)
    this.setsMode ||= place.verb === 'SET' && text.toUpperCase() === 'SQL_MODE'
    if (place.verb === 'ALTER' || place.verb === 'DROP') this.readSecond(text, place, end)
    else this.settle(this.statement.read(kind, text, conditional), place, end)
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
    } else if (this.lexer.opening === undefined) {
      this.leaveOut(start, end - 1)
    } else if (this.mode === 'undecided') {
      this.route(end)
      this.passKept()
    }
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
    if (this.mode === 'undecided') this.kept.take()
    this.cursor = end
    this.mode = 'passing'
  }

  /** The first comment or statement of a dump was read. */
  private begin(): void {
    const { bytes, marks } = this.kept.take()
    const length = sandboxLine.exec(bytes.toString('latin1', 0, 200))?.[0].length ?? 0
    this.pass(bytes.subarray(length), shifted(marks, length))
    this.mode = 'passing'
  }

  private beginStatement(verb: string, start: number): StatementPlace {
    const from = Math.max(this.lexer.opening ?? start, this.cursor)
    this.keepFrom(this.lexer.opening ?? start)
    const place: StatementPlace = { verb: verb.toUpperCase(), kind: { kind: 'open' }, line: 0 }
    this.place = place
    this.head = place.verb === 'CREATE' ? new ObjectHead() : undefined
    this.marks.push({ at: from, place })
    this.statementStart = start >= 0 ? start : undefined
    return place
  }

  /** The word after ALTER or DROP tells what the statement is about. */
  private readSecond(text: string, { verb }: StatementPlace, end: number): void {
    const word = text.toUpperCase()
    if (this.mode !== 'undecided' || word === verb) return
    if (skipped[verb]?.includes(word) === true) {
      this.mode = 'skipping'
      this.session.token('word', verb)
      return
    }
    this.lexer.tokens = false
    this.route(end)
    this.passKept()
  }

  private settle(found: StatementKind, place: StatementPlace, end: number): void {
    if (found.kind === 'open') return
    this.lexer.tokens = false
    place.kind = found
    if (found.kind === 'object' && this.isHeld(found.object)) {
      this.mode = 'holding'
      return
    }
    this.route(end)
    this.passKept()
    if (found.kind !== 'rows') return
    this.rows.open(found.table, this.chunk.subarray(this.statementStart ?? end, end))
    this.lexer.stop()
  }

  /** The placeholder of a view may be a table: that one is imported as any other. */
  private isHeld(object: DumpObject): boolean {
    return object === 'placeholder'
      ? this.head?.result?.kind === 'placeholder'
      : heldKinds.some(kind => kind === object)
  }

  private readRows(at: number): number {
    const end = this.rows.read(this.chunk, at)
    if (!this.rows.isOpen) {
      this.lexer.restart()
      this.endStatement(end)
    }
    return end
  }

  private endStatement(end: number): void {
    this.route(end)
    if (this.mode === 'holding') this.hold()
    else if (this.mode === 'skipping') this.kept.take()
    else this.passKept()
    // Another delimiter is around objects with code: they are taken out.
    if (this.setsMode && this.lexer.delimiterLength === 1 && this.afterMode !== '')
      this.out(Buffer.from(this.afterMode))
    this.setsMode = false
    this.mode = 'passing'
    this.place = undefined
    this.head = undefined
    this.statement.reset()
    this.session.end()
    this.comments.statement()
  }

  /** The kept statement is one to hold back. */
  private hold(): void {
    const { bytes } = this.kept.take()
    const sql = bytes.subarray(0, bytes.length - this.lexer.delimiterLength)
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
    else {
      this.route(this.chunk.length)
      this.passKept()
    }
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
    if (this.mode === 'passing') this.pass(bytes, marks)
    else this.kept.add(bytes, marks)
  }

  private passKept(): void {
    const { bytes, marks } = this.kept.take()
    this.pass(bytes, marks)
    this.mode = 'passing'
  }

  private pass(bytes: Buffer, marks: readonly PlaceMark[]): void {
    this.places.pass(bytes, marks)
    if (bytes.length > 0) this.out(bytes)
  }
}
