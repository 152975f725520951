import { createHash, type Hash, hash } from 'node:crypto'

/** Longer rows are hashed in pieces. */
const capacity = 64 * 1024

/** Up to here a copy byte by byte is faster. */
const short = 32

/** The values of one row as bytes that are equal only for equal values, and their sha256. */
export class RowBytes {
  private readonly buffer = Buffer.allocUnsafeSlow(capacity)
  private length = 0
  private hash: Hash | undefined
  private valueStart = 0
  private valueLength = 0

  /** More of the current value. */
  add(bytes: Buffer, from: number, to: number): void {
    this.valueLength += to - from
    this.push(bytes, from, to)
  }

  /** Ends the current value. Returns a number that depends on its bytes, for values of 64 KiB on their last ones. */
  endValue(isNull: boolean): number {
    const mark = this.markOf(isNull)
    const { valueLength } = this
    // The length comes last: it is known only now. Read backwards, a row has one meaning.
    tail.writeUInt32LE(valueLength, 0)
    tail[4] = isNull ? 0 : 1
    this.push(tail, 0, tail.length)
    this.valueStart = this.length
    this.valueLength = 0
    return mark
  }

  /** Ends the row: its sha256. */
  endRow(): Buffer {
    const bytes = this.buffer.subarray(0, this.length)
    const digest = this.hash === undefined ? hash('sha256', bytes, 'buffer') : this.hash.update(bytes).digest()
    this.hash = undefined
    this.length = 0
    this.valueStart = 0
    return digest
  }

  /** FNV-1a. */
  private markOf(isNull: boolean): number {
    const { buffer, length } = this
    let mark = isNull ? 0x9e3779b9 : 0x811c9dc5
    for (let at = this.valueStart; at < length; at++) mark = Math.imul(mark ^ (buffer[at] ?? 0), 0x01000193)
    return mark ^ (mark >>> 15)
  }

  private push(bytes: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      const end = Math.min(to, at + capacity - this.length)
      if (end - at > short) this.length += bytes.copy(this.buffer, this.length, at, end)
      else for (let each = at; each < end; each++) this.buffer[this.length++] = bytes[each] ?? 0
      at = end
      if (this.length === capacity) this.flush()
    }
  }

  private flush(): void {
    this.hash ??= createHash('sha256')
    this.hash.update(this.buffer)
    this.length = 0
    this.valueStart = 0
  }
}

const tail = Buffer.alloc(5)
