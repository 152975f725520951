import { SqlLexer } from '../lexer/sql-lexer'
import type { SqlListener, TokenKind } from '../lexer/sql-token'
import { RowReader } from '../rows/row-reader'
import { DumpComments, sandboxLine } from '../statements/dump-comments'
import { DumpStatement, type StatementKind } from '../statements/dump-statement'
import { HeldSql } from './held-sql'
import { type PlaceMark, type StatementPlace, StatementPlaces } from './statement-places'

/**
 * Where the bytes go. `beginning`: up to the first comment or statement of a dump; kept, to remove the sandbox line.
 * `passing`: out. `events`: kept until the end of the dump. `waiting`: after the events; out, except what may be the
 * first statement of the end. `views`: withheld final forms of views; kept, with the same exception.
 */
type Mode = 'beginning' | 'passing' | 'events' | 'waiting' | 'views'

const newline = 0x0a

const eventsTitle = '-- Dumping events for database'
const viewTitle = '-- Final view structure for view'

/** Moves the events of a dump to its end; see `eventsLast`. The input may be two dumps in a row. */
export class EventOrder implements SqlListener {
  readonly withheldEvents = new HeldSql()
  readonly withheldViews = new HeldSql()
  private readonly out: (bytes: Buffer) => void
  private readonly areWithheld: boolean
  private readonly places = new StatementPlaces()
  private readonly lexer = new SqlLexer(this)
  private readonly statement = new DumpStatement(this.lexer.quoteMode)
  private readonly comments = new DumpComments()
  private readonly rows = new RowReader({ openRows: () => {}, addHead: () => {}, addRows: () => {} })

  private chunk: Buffer = Buffer.alloc(0)
  /** The end of what was routed of the chunk; `marks`: the statements that begin after it. */
  private cursor = 0
  private marks: PlaceMark[] = []
  private mode: Mode = 'beginning'
  private readonly events = new HeldSql()
  /** In the modes `beginning`, `waiting` and `views`. */
  private readonly kept = new HeldSql()
  /** Where, in `events`, the comment block begins that may be the title of the next section. */
  private blockStart = 0
  private hasEvents = false

  private place: StatementPlace | undefined
  /** Where the statement begins in this chunk; undefined: in an earlier one. */
  private statementStart: number | undefined
  /** The statement is not one that restores a setting. */
  private isSettled = false
  private readonly lastWords: string[] = []

  constructor(out: (bytes: Buffer) => void, areWithheld = false) {
    this.out = out
    this.areWithheld = areWithheld
  }

  write(chunk: Buffer): void {
    this.chunk = chunk
    this.cursor = 0
    let at = 0
    while (at < chunk.length) at = this.rows.isOpen ? this.readRows(at) : this.lexer.scan(chunk, at)
    this.route(chunk.length)
    this.statementStart = undefined
    this.lexer.endChunk(chunk.length)
  }

  finish(): void {
    if (this.mode === 'beginning') this.begin()
    this.release()
  }

  where(line: number): string | undefined {
    return this.places.where(line)
  }

  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void {
    if (this.place === undefined) this.beginStatement(text, start)
    const found = this.statement.read(kind, text, conditional)
    if (found.kind !== 'open') this.settle(found, end)
    else if (this.restoresSetting(kind, text) && this.mode !== 'passing') {
      this.route(end)
      this.release()
    }
  }

  statementEnd(end: number): void {
    const found = this.statement.end()
    if (this.place !== undefined && this.place.kind.kind === 'open') this.place.kind = found
    this.endStatement(end)
  }

  lineComment(text: string, atLineStart: boolean, end: number): void {
    if (this.mode === 'beginning') {
      this.route(end)
      this.begin()
    }
    const meaning = this.comments.read(text, atLineStart)
    if (meaning.kind === 'trailer') {
      this.route(end)
      this.release()
      this.mode = 'beginning'
    } else if (meaning.kind === 'section') this.beginSection(meaning.title, end)
    else if (text === '--') this.blockStart = this.events.bytes + (end - this.cursor) - '--\n'.length
  }

  private beginSection(title: string, end: number): void {
    if (title.startsWith(eventsTitle)) {
      this.route(end)
      this.passKept()
      this.mode = 'events'
    } else if (this.mode === 'events') {
      this.route(end)
      const block = this.events.take(this.blockStart)
      this.mode = 'waiting'
      this.kept.add(block.bytes, block.marks)
      if (!this.hasEvents) this.release()
    }
    if (this.areWithheld && title.startsWith(viewTitle)) {
      this.route(end)
      this.passKept()
      this.mode = 'views'
    }
  }

  /** The first comment or statement of a dump was read. */
  private begin(): void {
    const { bytes, marks } = this.kept.take()
    const length = sandboxLine.exec(bytes.toString('latin1', 0, 200))?.[0].length ?? 0
    this.pass(bytes.subarray(length), shifted(marks, length))
    this.mode = 'passing'
  }

  /** Sends out what is kept: the events after the line of the last statement, then the rest. */
  private release(): void {
    const events = this.events.take()
    const kept = this.kept.take()
    const lineEnd = kept.bytes[0] === newline ? 1 : 0
    this.pass(kept.bytes.subarray(0, lineEnd), [])
    if (this.areWithheld) this.withheldEvents.add(events.bytes, [])
    else this.pass(events.bytes, events.marks)
    this.pass(kept.bytes.subarray(lineEnd), shifted(kept.marks, lineEnd))
    this.mode = 'passing'
    this.hasEvents = false
  }

  private beginStatement(verb: string, start: number): void {
    if (this.mode === 'beginning') {
      this.route(Math.max(start, this.cursor))
      this.begin()
    }
    this.place = { verb: verb.toUpperCase(), kind: { kind: 'open' }, line: 0 }
    this.marks.push({ at: Math.max(start, this.cursor), place: this.place })
    this.statementStart = start >= 0 ? start : undefined
    if (this.mode === 'events') this.hasEvents = true
  }

  /** `SET TIME_ZONE=@OLD_TIME_ZONE` and the like, at the end of a dump. */
  private restoresSetting(kind: TokenKind, text: string): boolean {
    if (this.place?.verb !== 'SET') return false
    const [equals, at] = this.lastWords
    this.lastWords.push(kind === 'string' ? '' : text)
    if (this.lastWords.length > 2) this.lastWords.shift()
    return equals === '=' && at === '@' && /^(OLD_|MYSQLDUMP_TEMP_LOG_BIN$)/i.test(text)
  }

  private settle(found: StatementKind, end: number): void {
    this.lexer.tokens = false
    if (this.place !== undefined) this.place.kind = found
    if (this.isWaiting) {
      this.route(end)
      this.passKept()
      this.isSettled = true
    }
    if (found.kind !== 'rows') return
    const head = this.statementStart === undefined ? undefined : this.chunk.subarray(this.statementStart, end)
    this.rows.open(found.table, head ?? Buffer.alloc(0))
    this.lexer.stop()
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
    if (this.isWaiting) {
      this.route(end)
      this.passKept()
    }
    this.isSettled = false
    this.place = undefined
    this.lastWords.length = 0
    this.statement.reset()
    this.comments.statement()
  }

  /** Sends the chunk, up to here, where its mode says. */
  private route(end: number): void {
    const bytes = this.chunk.subarray(this.cursor, end)
    const marks = shifted(this.marks, this.cursor)
    this.cursor = end
    this.marks = []
    if (this.mode === 'events') this.events.add(bytes, marks)
    else if (this.mode === 'passing' || this.isSettled) this.forward(bytes, marks)
    else this.kept.add(bytes, marks)
  }

  private passKept(): void {
    const { bytes, marks } = this.kept.take()
    this.forward(bytes, marks)
  }

  /** Out, or to the withheld views. */
  private forward(bytes: Buffer, marks: readonly PlaceMark[]): void {
    if (this.mode === 'views') this.withheldViews.add(bytes, [])
    else this.pass(bytes, marks)
  }

  /** Any statement may be the first of the end. */
  private get isWaiting(): boolean {
    return this.mode === 'waiting' || this.mode === 'views'
  }

  private pass(bytes: Buffer, marks: readonly PlaceMark[]): void {
    this.places.pass(bytes, marks)
    if (bytes.length > 0) this.out(bytes)
  }
}

function shifted(marks: readonly PlaceMark[], offset: number): PlaceMark[] {
  return marks.map(({ at, place }) => ({ at: at - offset, place }))
}
