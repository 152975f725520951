import { createHash, type Hash } from 'node:crypto'
import { defined } from '../../../../runtime/defined'
import type { RowCounter } from './row-counter'

/** The size and digest of the rows of one table, and their number. */
export interface RowsFound {
  bytes: number
  sha256: string
  /** How many; absent: not counted. */
  rows?: number
}

export interface RowDigest {
  /** `INSERT INTO … VALUES`. */
  addHead(bytes: Buffer): void
  /** What follows, to the line break after `;`. */
  addRows(bytes: Buffer): void
  finish(): RowsFound
}

/** Of a table without rows. */
const noRows = createHash('sha256').digest('hex')

/** Digests the statements byte by byte. */
export class RowsAsWritten implements RowDigest {
  /** Made with the first of them: most of a thousand tables may have none. */
  private hash: Hash | undefined
  private readonly counter: RowCounter | undefined
  private bytes = 0

  constructor(counter?: RowCounter) {
    this.counter = counter
  }

  addHead(bytes: Buffer): void {
    this.counter?.begin()
    this.add(bytes)
  }

  addRows(bytes: Buffer): void {
    this.counter?.read(bytes)
    this.add(bytes)
  }

  finish(): RowsFound {
    const sha256 = this.hash?.digest('hex') ?? noRows
    return { bytes: this.bytes, sha256, ...defined({ rows: this.counter?.rows }) }
  }

  private add(bytes: Buffer): void {
    this.bytes += bytes.length
    this.hash ??= createHash('sha256')
    this.hash.update(bytes)
  }
}

/** Only measures them. */
export class UnreadRows implements RowDigest {
  private bytes = 0

  addHead(bytes: Buffer): void {
    this.addRows(bytes)
  }

  addRows(bytes: Buffer): void {
    this.bytes += bytes.length
  }

  finish(): RowsFound {
    return { bytes: this.bytes, sha256: '' }
  }
}
