import { CheckError } from '../../../../pipeline/check-error'
import type { PlaceMark } from './statement-places'

/** In bytes. Events are written by people. */
const heldLimit = 64 * 1024 * 1024

/** SQL that is kept for later, with the places of its statements. */
export class HeldSql {
  private pieces: Buffer[] = []
  private marks: PlaceMark[] = []
  private length = 0

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
    if (this.length <= heldLimit) return
    throw new CheckError('The events or views of the dump are larger than 64 MiB: they cannot be held until its end.', {
      advice: 'Restore this dump by hand (see docs/recovery-by-hand.md).',
    })
  }

  /** Removes and returns everything from an offset. */
  take(from = 0): { bytes: Buffer; marks: PlaceMark[] } {
    const all = Buffer.concat(this.pieces)
    const marks = this.marks.filter(({ at }) => at >= from).map(({ at, place }) => ({ at: at - from, place }))
    this.marks = this.marks.filter(({ at }) => at < from)
    this.pieces = from === 0 ? [] : [all.subarray(0, from)]
    this.length = from
    return { bytes: all.subarray(from), marks }
  }
}
