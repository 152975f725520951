import { CheckError } from '../../../../pipeline/check-error'
import type { PlaceMark } from './statement-places'

/** Events are text that people wrote. */
const heldLimit = 64 * 1024 * 1024

/** A stretch of SQL that is kept for later, with the statements that begin in it. */
export class HeldSql {
  private pieces: Buffer[] = []
  private marks: PlaceMark[] = []
  private length = 0

  get bytes(): number {
    return this.length
  }

  /** Throws when it would become too much. */
  add(bytes: Buffer, marks: readonly PlaceMark[]): void {
    // A statement may begin where a chunk ended, and so where there are no bytes yet.
    this.marks.push(...marks.map(({ at, place }) => ({ at: this.length + at, place })))
    if (bytes.length === 0) return
    this.pieces.push(Buffer.from(bytes))
    this.length += bytes.length
    if (this.length <= heldLimit) return
    throw new CheckError(
      'The events of the dump are larger than 64 MiB, or its views are: they cannot be kept back until its end.',
      {
        advice: 'Restore this dump by hand (see docs/recovery-by-hand.md).',
      },
    )
  }

  /** All of it, from an offset on; nothing of that is left. */
  take(from = 0): { bytes: Buffer; marks: PlaceMark[] } {
    const all = Buffer.concat(this.pieces)
    const marks = this.marks.filter(({ at }) => at >= from).map(({ at, place }) => ({ at: at - from, place }))
    this.marks = this.marks.filter(({ at }) => at < from)
    this.pieces = from === 0 ? [] : [all.subarray(0, from)]
    this.length = from
    return { bytes: all.subarray(from), marks }
  }
}
