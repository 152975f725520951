import { CheckError } from '../../../../pipeline/check-error'
import type { PlaceMark } from './statement-places'

/** In bytes. Views, routines, triggers and events are written by people. */
const heldLimit = 32 * 1024 * 1024

/** SQL that is kept, with the places of its statements. */
export class HeldSql {
  private pieces: Buffer[] = []
  /** How many of them are no part of the current chunk. */
  private copied = 0
  private marks: PlaceMark[] = []
  private length = 0

  static refuseMoreThanLimit(bytes: number): void {
    if (bytes <= heldLimit) return
    throw new CheckError(
      'The views, triggers, routines and events of the dump are larger than 32 MiB: they cannot be held.',
      { advice: 'Restore this dump by hand (see docs/recovery-by-hand.md).' },
    )
  }

  get bytes(): number {
    return this.length
  }

  /** Throws above the limit. */
  add(bytes: Buffer, marks: readonly PlaceMark[]): void {
    // A statement may begin at the end of a chunk, before any of its bytes.
    this.marks.push(...marks.map(({ at, place }) => ({ at: this.length + at, place })))
    if (bytes.length === 0) return
    this.pieces.push(bytes)
    this.length += bytes.length
    HeldSql.refuseMoreThanLimit(this.length)
  }

  /** Copies what is kept of the chunk that ends: most statements are whole in one, and need no copy. */
  endChunk(): void {
    for (; this.copied < this.pieces.length; this.copied++)
      this.pieces[this.copied] = Buffer.from(this.pieces[this.copied] ?? [])
  }

  /** Removes and returns everything, which may be a part of the chunk. */
  take(): { bytes: Buffer; marks: PlaceMark[] } {
    const [first = Buffer.alloc(0)] = this.pieces
    const taken = { bytes: this.pieces.length > 1 ? Buffer.concat(this.pieces) : first, marks: this.marks }
    this.pieces = []
    this.copied = 0
    this.marks = []
    this.length = 0
    return taken
  }
}
