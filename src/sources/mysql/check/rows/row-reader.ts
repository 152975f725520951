import { CheckError } from '../../../../pipeline/check-error'

/**
 * Every INSERT of both tools ends so. No row holds a raw line break: strings have them escaped, binary data is hex. And
 * `)` is rare enough in text to be found at the speed of memory; PHP's serialized data is full of `;`.
 */
const ending = Buffer.from(');\n')

/** `INSERT IGNORE INTO`, a name of 64 characters and the column names of a table of 4,096 columns. */
const headLimit = 4096 * 600

/** Heads up to this size are compared with what follows a statement. */
const repeatLimit = 4096

/** Who is shown the rows. */
export interface RowSink {
  /** The rows that follow are those of this table. */
  openRows(table: string): void
  /** `INSERT INTO … VALUES` of the first of several statements with the same head. */
  addHead(bytes: Buffer): void
  /** What is behind a head, to the line break behind `;`, and the statements that follow with the same head. */
  addRows(bytes: Buffer): void
}

/** Reads the rows of INSERT statements: from `INSERT` to the line break behind `;`, without a copy. */
export class RowReader {
  private readonly sink: RowSink
  private opened = false
  /** How many bytes of `ending` the last chunk ended with. */
  private matched = 0
  private head: Buffer[] = []
  private headBytes = 0
  /** `INSERT INTO … VALUES` of the last statement; the next one most likely begins with the same bytes. */
  private repeated = Buffer.alloc(0)
  private readonly repeatLimit: number
  private statementBytes = 0
  private longest = 0

  /** `everyHead`: each statement is to be opened by itself, so that no head is among the rows. */
  constructor(sink: RowSink, options: { everyHead?: boolean } = {}) {
    this.sink = sink
    this.repeatLimit = options.everyHead === true ? 0 : repeatLimit
  }

  /** Of the statements that have ended. */
  get longestBytes(): number {
    return this.longest
  }

  /** Between VALUES and the end of a statement. */
  get isOpen(): boolean {
    return this.opened
  }

  /** Keeps a copy of the part of a head that lies in a chunk which ends. */
  keepHead(bytes: Buffer): void {
    this.headBytes += bytes.length
    if (this.headBytes > headLimit) throw new CheckError('The dump has a statement without an end; it is not SQL.')
    this.head.push(Buffer.from(bytes))
  }

  dropHead(): void {
    if (this.headBytes === 0) return
    this.head = []
    this.headBytes = 0
  }

  /** VALUES was read; `rest` is what of the head lies in this chunk. */
  open(table: string, rest: Buffer): void {
    const head = Buffer.concat([...this.head, rest])
    this.dropHead()
    this.sink.openRows(table)
    this.sink.addHead(head)
    this.repeated = head.subarray(0, head.length > this.repeatLimit ? 0 : head.length)
    this.statementBytes = head.length
    this.matched = 0
    this.opened = true
  }

  /** Returns the index behind the rows: of this statement and of those that follow it with the same head. */
  read(chunk: Buffer, at: number): number {
    let start = at
    let end = this.end(chunk, at)
    while (end >= 0) {
      this.endStatement(end - start)
      if (!this.repeatsAt(chunk, end)) break
      start = end
      end = this.end(chunk, end + this.repeated.length)
    }
    this.opened = end < 0
    const stop = end < 0 ? chunk.length : end
    if (this.opened) this.statementBytes += stop - start
    this.sink.addRows(at === 0 && stop === chunk.length ? chunk : chunk.subarray(at, stop))
    return stop
  }

  private endStatement(lastBytes: number): void {
    this.longest = Math.max(this.longest, this.statementBytes + lastBytes)
    this.statementBytes = 0
  }

  private repeatsAt(chunk: Buffer, at: number): boolean {
    const { length } = this.repeated
    return length > 0 && at + length <= chunk.length && this.repeated.compare(chunk, at, at + length) === 0
  }

  /** The index behind the next `ending`, or -1. */
  private end(chunk: Buffer, from: number): number {
    let at = from
    while (this.matched > 0 && at < chunk.length) {
      if (chunk[at] !== ending[this.matched]) this.matched = 0
      else {
        at++
        this.matched = (this.matched + 1) % ending.length
        if (this.matched === 0) return at
      }
    }
    if (at >= chunk.length) return -1
    const found = chunk.indexOf(ending, at)
    if (found >= 0) return found + ending.length
    if (chunk[chunk.length - 1] === ending[0]) this.matched = 1
    else if (chunk.length - at > 1 && chunk.indexOf(');', chunk.length - 2) >= 0) this.matched = 2
    return -1
  }
}
