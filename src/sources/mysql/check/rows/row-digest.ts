import { createHash, type Hash } from 'node:crypto'

/** The size and digest of the rows of one table. */
export interface RowsFound {
  bytes: number
  sha256: string
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
  private bytes = 0

  addHead(bytes: Buffer): void {
    this.addRows(bytes)
  }

  addRows(bytes: Buffer): void {
    this.bytes += bytes.length
    this.hash ??= createHash('sha256')
    this.hash.update(bytes)
  }

  finish(): RowsFound {
    return { bytes: this.bytes, sha256: this.hash?.digest('hex') ?? noRows }
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
