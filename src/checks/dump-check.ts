import { createHash } from 'node:crypto'
import { CheckError } from './check-error'
import type { ContentCheck, DumpContent } from './content-check'
import { DumpObjects } from './dump-objects'
import { DumpStatement, type StatementKind } from './dump-statement'
import { printable } from './printable'
import { RowReader } from './row-reader'
import { SqlLexer } from './sql-lexer'
import type { SqlListener, TokenKind } from './sql-token'

/**
 * Checks the output of mysqldump or mariadb-dump of one database (with comments, without `--databases`): whole to its last
 * line, nothing but SQL in it, every view in its final form. `passes`: how many dumps follow each other in the stream; nobody
 * can tell of one that was stored, and a cut between the two shows in what it holds.
 */
export function checkDump(options: { passes?: number | 'one or two' } = {}): ContentCheck<DumpContent> {
  return new DumpCheck(options.passes ?? 1)
}

/** The `write_footer` of both tools; they pad the hour with a blank. */
const trailer = /^-- Dump completed(?: on \d{4}-\d{2}-\d{2} [ \d]\d:\d{2}:\d{2})?\s*$/

const foreignLimit = 200

class DumpCheck implements ContentCheck<DumpContent>, SqlListener {
  private readonly passes: { least: number; most: number }
  private readonly digest = createHash('sha256')
  private bytes = 0
  private chunk: Buffer = Buffer.alloc(0)
  private readonly lexer = new SqlLexer(this)
  private readonly statement = new DumpStatement(this.lexer.quoteMode)
  private readonly objects = new DumpObjects()
  private readonly rows = new RowReader(this.objects)

  /** Where the current statement begins in this chunk, 0 when in an earlier one; undefined between statements. */
  private statementStart: number | undefined
  private afterStatement = false
  private trailers = 0
  /** The beginning of a line that is not SQL. */
  private foreign: string | undefined

  constructor(passes: number | 'one or two') {
    this.passes = passes === 'one or two' ? { least: 1, most: 2 } : { least: passes, most: passes }
  }

  write(chunk: Buffer): void {
    this.chunk = chunk
    this.bytes += chunk.length
    this.digest.update(chunk)
    let at = 0
    while (at < chunk.length) {
      if (this.foreign !== undefined) at = this.readForeign(this.foreign, at)
      else if (this.rows.isOpen) at = this.readRows(at)
      else at = this.lexer.scan(chunk, at)
    }
    this.keepHead()
    this.lexer.endChunk(chunk.length)
  }

  finish(): DumpContent {
    if (this.foreign !== undefined) throw foreignError(this.foreign)
    if (this.bytes === 0) throw new CheckError('The dump is empty: not one byte arrived.')
    const { least, most } = this.passes
    if (this.trailers < least || this.rows.isOpen || !this.lexer.idle) throw this.cutError()
    if (!this.lexer.blank) throw this.trailers < most ? this.cutError() : this.goesOnError()
    return { bytes: this.bytes, sha256: this.digest.digest('hex'), ...this.objects.finish() }
  }

  progress(): { bytes: number; tables: number } {
    return { bytes: this.bytes, tables: this.objects.tableCount }
  }

  token(kind: TokenKind, text: string, conditional: boolean, start: number, end: number): void {
    if (this.statementStart === undefined) {
      if (this.trailers === this.passes.most) throw this.goesOnError()
      if (start >= 0) this.rows.dropHead()
      this.statementStart = Math.max(start, 0)
    }
    this.act(this.statement.read(kind, text, conditional), text, end)
  }

  statementEnd(): void {
    this.act(this.statement.end(), '', 0)
    this.beginStatement()
  }

  lineComment(text: string, atLineStart: boolean): void {
    if (this.trailers === this.passes.most) throw this.goesOnError()
    // A table name with line breaks can put this text on a line of a comment, but never right behind a statement.
    if (atLineStart && this.afterStatement && trailer.test(text)) {
      this.trailers++
      this.lexer.blank = true
    }
    this.afterStatement = false
  }

  private act(statement: StatementKind, text: string, end: number): void {
    if (statement.kind === 'open') return
    this.lexer.tokens = false
    if (statement.kind === 'object') this.objects.add(statement.object, statement.name)
    if (statement.kind === 'rows') {
      this.rows.open(statement.table, this.chunk.subarray(this.statementStart ?? 0, end))
      this.lexer.stop()
    }
    if (statement.kind === 'foreign') {
      this.foreign = text
      this.lexer.stop()
    }
  }

  private readRows(at: number): number {
    const end = this.rows.read(this.chunk, at)
    if (!this.rows.isOpen) {
      this.lexer.restart()
      this.beginStatement()
    }
    return end
  }

  private beginStatement(): void {
    this.statement.reset()
    this.rows.dropHead()
    this.statementStart = undefined
    this.afterStatement = true
  }

  /** A chunk may end between INSERT and VALUES: those bytes count for the table that is not known yet. */
  private keepHead(): void {
    if (this.rows.isOpen) return
    if (this.statementStart !== undefined) {
      if (this.lexer.tokens && this.statement.mayBeRows)
        this.rows.keepHead(this.chunk.subarray(this.statementStart))
      this.statementStart = 0
    } else if (this.lexer.openWord !== undefined) {
      this.rows.keepHead(this.chunk.subarray(Math.max(this.lexer.openWord, 0)))
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
    const seen = last === undefined ? 'no table' : `the table ${printable(last)} last`
    return new CheckError(
      `The dump is cut off: it does not end with the line "-- Dump completed". It has ${this.bytes} bytes and shows ${seen}.`,
    )
  }

  private goesOnError(): CheckError {
    return new CheckError(
      `The dump goes on behind its last line "-- Dump completed", ${this.bytes} bytes into the stream.`,
    )
  }
}

function foreignError(text: string): CheckError {
  return new CheckError(
    `The dump contains a line that is not SQL: ${printable(Buffer.from(text.slice(0, foreignLimit), 'latin1'))}.`,
  )
}
