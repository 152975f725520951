import { CheckError } from '../../../../pipeline/check-error'

/**
 * Ends every INSERT of both tools. No row has a raw line break: strings escape them, binary data is hex. `)` is rare
 * enough in text to be found at memory speed; PHP's serialized data is full of `;`.
 */
const ending = Buffer.from(');\n')

/** In bytes: `INSERT IGNORE INTO`, a name of 64 characters and the names of 4,096 columns. */
const headLimit = 4096 * 600

/** Heads up to this size, in bytes, are compared with what follows a statement. */
const repeatLimit = 4096

/** Receives the rows. */
export interface RowSink {
  /** Rows of this table follow. */
  openRows(table: string): void
  /** `INSERT INTO … VALUES` of the first of several statements with the same head. */
  addHead(bytes: Buffer): void
  /** What follows a head, to the line break after `;`, and the next statements with the same head. */
  addRows(bytes: Buffer): void
}

/** Reads the rows of INSERT statements, from `INSERT` to the line break after `;`, without a copy. */
export class RowReader {
  private readonly sink: RowSink
  private opened = false
  /** The number of bytes of `ending` at the end of the last chunk. */
  private matched = 0
  private head: Buffer[] = []
  private headBytes = 0
  /** `INSERT INTO … VALUES` of the last statement; the next one most likely begins with the same bytes. */
  private repeated = Buffer.alloc(0)
  private readonly repeatLimit: number
  private statementBytes = 0
  private longest = 0

  /** `everyHead`: opens each statement separately, so that no head is among the rows. */
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

  /** Copies the part of a head that is at the end of a chunk. */
  keepHead(bytes: Buffer): void {
    this.headBytes += bytes.length
    if (this.headBytes > headLimit) throw new CheckError('The dump has a statement without an end; it is not SQL.')
    this.head.push(Buffer.from(bytes))
  }

  dropHead(): void {
    this.head = []
    this.headBytes = 0
  }

  /** VALUES was read; `rest`: the part of the head in this chunk. */
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

  /** Returns the index after the rows of this statement and of the next ones with the same head. */
  read(chunk: Buffer, at: number): number {
    let start = at
    let end = this.end(chunk, at)
    while (end >= 0) {
      this.longest = Math.max(this.longest, this.statementBytes + end - start)
      this.statementBytes = 0
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

  private repeatsAt(chunk: Buffer, at: number): boolean {
    const { length } = this.repeated
    return length > 0 && at + length <= chunk.length && this.repeated.compare(chunk, at, at + length) === 0
  }

  /** The index after the next `ending`, or -1. */
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
