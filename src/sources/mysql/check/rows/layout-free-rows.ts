import { createHash } from 'node:crypto'
import type { RowDigest, RowsFound } from './row-digest'

const opening = 0x28
const closing = 0x29
const comma = 0x2c
const quote = 0x27
const backslash = 0x5c

/** Short pieces are hashed together: a call costs more than a row. */
const batchBytes = 64 * 1024

/** Many tables have no rows. */
const noBatch = Buffer.alloc(0)

const separator = Buffer.from(',')

/**
 * Digests the rows of one table without their layout: `(…),(…)`, with any number of rows in a statement and any text
 * between them. So dumps by two versions of a tool have equal digests when the rows are equal. Both tools quote with
 * `'`.
 */
export class LayoutFreeRows implements RowDigest {
  private readonly hash = createHash('sha256')
  private batch = noBatch
  private batched = 0
  private bytes = 0
  private rows = 0
  /** Of parentheses; 0 between rows. */
  private depth = 0
  private isQuoted = false
  private isEscaped = false

  addHead(): void {}

  addRows(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.depth === 0) at = this.passLayout(chunk, at)
      const end = this.rowsEnd(chunk, at)
      if (end > at) this.add(chunk.subarray(at, end))
      at = end
    }
  }

  finish(): RowsFound {
    this.hash.update(this.batch.subarray(0, this.batched))
    return { bytes: this.bytes, sha256: this.hash.digest('hex'), rows: this.rows }
  }

  /** Begins the next row: returns its index, or the end of the chunk. */
  private passLayout(chunk: Buffer, from: number): number {
    const at = chunk.indexOf(opening, from)
    if (at < 0) return chunk.length
    if (this.rows > 0) this.add(separator)
    return at
  }

  /** The index after the consecutive rows that begin here, or the end of the chunk. */
  private rowsEnd(chunk: Buffer, from: number): number {
    let { depth, isQuoted } = this
    let at = from
    if (this.isEscaped && at < chunk.length) at++
    this.isEscaped = false
    for (; at < chunk.length; at++) {
      const byte = chunk[at]
      if (isQuoted) {
        if (byte === quote) isQuoted = false
        else if (byte === backslash) {
          at++
          this.isEscaped = at === chunk.length
        }
      } else if (byte === quote) isQuoted = true
      else if (byte === opening) depth++
      else if (byte === closing) {
        depth--
        if (depth > 0) continue
        this.rows++
        at++
        if (chunk[at] !== comma || chunk[at + 1] !== opening) break
      }
    }
    this.depth = depth
    this.isQuoted = isQuoted
    return Math.min(at, chunk.length)
  }

  private add(bytes: Buffer): void {
    this.bytes += bytes.length
    if (this.batched + bytes.length > batchBytes) {
      this.hash.update(this.batch.subarray(0, this.batched))
      this.batched = 0
    }
    if (this.batch === noBatch) this.batch = Buffer.allocUnsafeSlow(batchBytes)
    if (bytes.length > batchBytes) this.hash.update(bytes)
    else this.batched += bytes.copy(this.batch, this.batched)
  }
}
