import { createHash } from 'node:crypto'
import { quotedName } from '../../../findings/quoted-name'
import { CheckError } from '../../../pipeline/check-error'
import type { ContentCheck } from '../../../pipeline/content-check'
import type { DumpContent } from './dump-content'
import { DumpObjects } from './dump-objects'
import { SqlLexer } from './lexer/sql-lexer'
import type { SqlListener, TokenKind } from './lexer/sql-token'
import type { DumpNeeds } from './needs/dump-needs'
import { DumpNeedsReader } from './needs/dump-needs-reader'
import { PlainRows } from './rows/plain-rows'
import { countedBytesMax, RowCounter } from './rows/row-counter'
import { RowsAsWritten } from './rows/row-digest'
import { RowReader } from './rows/row-reader'
import { DumpComments } from './statements/dump-comments'
import { type DumpObject, DumpStatement, isBody, type StatementKind } from './statements/dump-statement'
import { TableColumns } from './values/table-columns'
import type { ValueReading } from './values/value-reading'

export interface DumpCheckOptions {
  /** How many dumps follow each other. Unknown for a stored one: a cut between two shows in its contents. */
  passes?: number | 'one or two'
  /** Also report what the dump needs from its target. Slower where a dump has much besides rows. */
  needs?: boolean
  /** Also count the rows of each table, as long as that takes no time to speak of. */
  countRows?: boolean
  /**
   * Called after each piece of the dump: `needs` of the statements so far, and the bytes at its end that are not read
   * yet. Only with `needs`.
   */
  onPiece?: (needs: DumpNeeds, unreadBytes: number) => void
  /**
   * Reads rows as values into this. By default a table has the fingerprint of its statements, byte by byte, as in
   * manifests.
   */
  values?: ValueReading
}

/**
 * Checks a dump of one database by mysqldump or mariadb-dump (with comments, without `--databases`): complete to its
 * last line, nothing but SQL, every view in its final form.
 */
export function checkDump(options: DumpCheckOptions = {}): ContentCheck<DumpContent> {
  return new DumpCheck(options)
}

const foreignLimit = 200

class DumpCheck implements ContentCheck<DumpContent>, SqlListener {
  private readonly passes: { least: number; most: number }
  private readonly digest = createHash('sha256')
  private bytes = 0
  private chunk: Buffer = Buffer.alloc(0)
  /** The end of the last chunk that is read with the next one. */
  private carried: Buffer = Buffer.alloc(0)
  private readonly lexer = new SqlLexer(this)
  private readonly statement = new DumpStatement(this.lexer.quoteMode)
  private readonly comments = new DumpComments(this.lexer.quoteMode)
  private readonly objects: DumpObjects
  private readonly rows: RowReader
  private readonly needs: DumpNeedsReader | undefined
  private readonly onPiece: DumpCheckOptions['onPiece']
  private readonly plainRows: PlainRows | undefined
  private readonly values: ValueReading | undefined
  /** The CREATE TABLE that is being read. */
  private table: { name: string; columns: TableColumns } | undefined
  /** The kind of the statement is known from its head. */
  private isKnown = false

  /** Where the current statement begins in this chunk, 0 when in an earlier one; undefined between statements. */
  private statementStart: number | undefined
  private statementOffset = 0
  private longestBytes = 0
  private trailers = 0
  /** The beginning of a line that is not SQL. */
  private foreign: string | undefined

  constructor({ passes = 1, needs = false, countRows = false, onPiece, values }: DumpCheckOptions) {
    this.values = values
    this.onPiece = onPiece
    const budget = { bytesLeft: countedBytesMax }
    const counter = () => (countRows ? new RowCounter(this.lexer.quoteMode, budget) : undefined)
    this.objects = new DumpObjects(table => values?.open(table) ?? new RowsAsWritten(counter()))
    if (needs) {
      const { quoteMode } = this.lexer
      const reader = new DumpNeedsReader(quoteMode)
      this.needs = reader
      this.plainRows = new PlainRows(this.objects, quoteMode, what => reader.oddRows(what))
    }
    this.rows = new RowReader(this.plainRows ?? this.objects, { everyHead: values !== undefined || needs })
    this.passes = passes === 'one or two' ? { least: 1, most: 2 } : { least: passes, most: passes }
  }

  write(bytes: Buffer): void {
    const chunk = this.carried.length === 0 ? bytes : Buffer.concat([this.carried, bytes])
    this.chunk = chunk
    this.bytes += bytes.length
    this.digest.update(bytes)
    this.lexer.isStarved = false
    let at = 0
    while (at < chunk.length && !this.lexer.isStarved) {
      if (this.foreign !== undefined) at = this.readForeign(this.foreign, at)
      else if (this.rows.isOpen) at = this.readRows(at)
      else at = this.lexer.scan(chunk, at)
    }
    this.carried = Buffer.from(chunk.subarray(at))
    this.keepHead(at)
    this.lexer.endChunk(at)
    if (this.needs !== undefined) this.onPiece?.(this.needs.finish(this.longestBytes), this.carried.length)
  }

  finish(): DumpContent {
    this.lexer.isLast = true
    if (this.carried.length > 0) this.write(Buffer.alloc(0))
    if (this.foreign !== undefined) throw foreignError(this.foreign)
    if (this.bytes === 0) throw new CheckError('The dump is empty: not one byte arrived.')
    const { least, most } = this.passes
    if (this.trailers < least || this.rows.isOpen || !this.lexer.idle) throw this.cutError()
    if (!this.lexer.blank) throw this.trailers < most ? this.cutError() : this.goesOnError()
    const longestStatementBytes = Math.max(this.longestBytes, this.rows.longestBytes)
    const content = {
      ...{ bytes: this.bytes, sha256: this.digest.digest('hex'), longestStatementBytes },
      ...this.objects.finish(),
    }
    return this.needs === undefined ? content : { ...content, needs: this.needs.finish(longestStatementBytes) }
  }

  progress(): { bytes: number; tables: number } {
    return { bytes: this.bytes, tables: this.objects.tableCount }
  }

  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void {
    if (this.statementStart === undefined) {
      if (this.trailers === this.passes.most) throw this.goesOnError()
      if (start >= 0) this.rows.dropHead()
      this.statementStart = Math.max(start, 0)
      this.statementOffset = this.bytes - this.chunk.length + start
    }
    this.needs?.token(kind, text)
    this.table?.columns.token(kind, text)
    if (!this.isKnown) this.act(this.statement.read(kind, text, conditional), text, end)
  }

  statementEnd(end: number): void {
    if (!this.isKnown) this.act(this.statement.end(), '', 0)
    if (this.table !== undefined) this.values?.create(this.table.name, this.table.columns.columns)
    const streamOffset = this.bytes - this.chunk.length + end
    const length = this.statementStart === undefined ? 0 : streamOffset - this.statementOffset
    this.longestBytes = Math.max(this.longestBytes, length)
    this.needs?.end(this.lexer.conditional.hidesText)
    this.beginStatement()
  }

  lineComment(text: string, atLineStart: boolean): void {
    if (this.trailers === this.passes.most) throw this.goesOnError()
    if (this.comments.read(text, atLineStart).kind !== 'trailer') return
    this.trailers++
    this.lexer.blank = true
  }

  private act(statement: StatementKind, text: string, end: number): void {
    if (statement.kind === 'open') return
    this.isKnown = true
    this.needs?.statement(statement)
    if (statement.kind === 'object') this.addObject(statement.object, statement.name, text)
    this.lexer.tokens = this.needs !== undefined || this.table !== undefined
    if (statement.kind === 'rows') {
      this.rows.open(statement.table, this.chunk.subarray(this.statementStart ?? 0, end))
    }
    if (statement.kind === 'foreign') this.foreign = text
    if (statement.kind === 'rows' || statement.kind === 'foreign') this.lexer.stop()
  }

  /** `text`: of the token behind the name. */
  private addObject(object: DumpObject, name: string, text: string): void {
    this.objects.add(object, name)
    this.lexer.isBody = isBody(object)
    if (object !== 'table' || this.values === undefined) return
    this.table = { name, columns: new TableColumns() }
    this.table.columns.token('symbol', text)
  }

  private readRows(at: number): number {
    const end = this.rows.read(this.chunk, at)
    if (!this.rows.isOpen) {
      this.plainRows?.end()
      this.needs?.end(this.lexer.conditional.hidesText)
      this.lexer.restart()
      this.beginStatement()
    }
    return end
  }

  private beginStatement(): void {
    this.statement.reset()
    this.rows.dropHead()
    this.statementStart = undefined
    this.isKnown = false
    this.table = undefined
    this.comments.statement()
  }

  /** A chunk may end between INSERT and VALUES: those bytes belong to a table that is not known yet. */
  private keepHead(end: number): void {
    if (this.rows.isOpen) return
    if (this.statementStart !== undefined) {
      if (this.lexer.tokens && this.statement.mayBeRows)
        this.rows.keepHead(this.chunk.subarray(this.statementStart, end))
      this.statementStart = 0
    } else if (this.lexer.openWord !== undefined) {
      this.rows.keepHead(this.chunk.subarray(Math.max(this.lexer.openWord, 0), end))
    }
  }

  private readForeign(begun: string, at: number): number {
    const lineEnd = this.chunk.indexOf('\n', at)
    const end = Math.min(lineEnd < 0 ? this.chunk.length : lineEnd, at + foreignLimit)
    this.foreign = begun + this.chunk.toString('latin1', at, end)
    if (lineEnd >= 0 || this.foreign.length >= foreignLimit) throw foreignError(this.foreign)
    return end
  }

  private cutError(): CheckError {
    const last = this.objects.lastTable
    const seen = last === undefined ? 'it has no table' : `its last table is ${quotedName(last)}`
    return new CheckError(
      `The dump is cut off: it does not end with the line "-- Dump completed". It has ${this.bytes} bytes; ${seen}.`,
    )
  }

  private goesOnError(): CheckError {
    return new CheckError(
      `The dump continues after its last line "-- Dump completed", ${this.bytes} bytes into the stream.`,
    )
  }
}

function foreignError(text: string): CheckError {
  const line = Buffer.from(text.slice(0, foreignLimit), 'latin1')
  return new CheckError(`The dump contains a line that is not SQL: ${quotedName(line)}.`)
}
