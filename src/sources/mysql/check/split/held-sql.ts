import { CheckError } from '../../../../pipeline/check-error'
import type { PlaceMark } from './statement-places'

/** In bytes. Views, routines, triggers and events are written by people. */
const heldLimit = 32 * 1024 * 1024

/** SQL that is kept, with the places of its statements. */
export class HeldSql {
  private pieces: Buffer[] = []
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
    this.pieces.push(Buffer.from(bytes))
    this.length += bytes.length
    HeldSql.refuseMoreThanLimit(this.length)
  }

  /** Removes and returns everything. */
  take(): { bytes: Buffer; marks: PlaceMark[] } {
    const taken = { bytes: Buffer.concat(this.pieces), marks: this.marks }
    this.pieces = []
    this.marks = []
    this.length = 0
    return taken
  }
}
