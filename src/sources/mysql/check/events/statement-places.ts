import { quotedName } from '../../../../findings/quoted-name'
import type { StatementKind } from '../statements/dump-statement'

/** A statement on its way: what it is, as far as its head has been read, and, once it was passed on, its line. */
export interface StatementPlace {
  verb: string
  kind: StatementKind
  line: number
}

/** Where in a piece of SQL a statement begins. */
export interface PlaceMark {
  at: number
  place: StatementPlace
}

/** A client that complains of a line has read a few megabytes more at most. */
const keptPlaces = 20_000

const newline = 0x0a

/** Remembers on which lines of a stream its last statements began. */
export class StatementPlaces {
  private line = 1
  private readonly ring: StatementPlace[] = []
  /** Where the next one goes: the oldest, when the ring is full. */
  private next = 0

  /** The next piece of the stream; marks in their order. */
  pass(bytes: Buffer, marks: readonly PlaceMark[]): void {
    let at = bytes.indexOf(newline)
    for (const mark of marks) {
      while (at >= 0 && at < mark.at) {
        this.line++
        at = bytes.indexOf(newline, at + 1)
      }
      mark.place.line = this.line
      this.ring[this.next] = mark.place
      this.next = (this.next + 1) % keptPlaces
    }
    for (; at >= 0; at = bytes.indexOf(newline, at + 1)) this.line++
  }

  /**
   * What stands on a line of the stream, in words; undefined when that is unknown by now. Rows of a table are one
   * place.
   */
  where(line: number): string | undefined {
    const older = this.ring.slice(this.next)
    const found = [...older, ...this.ring.slice(0, this.next)].findLast(place => place.line <= line)
    return found === undefined ? undefined : describe(found)
  }
}

function describe({ kind, verb }: StatementPlace): string {
  if (kind.kind === 'rows') return `the rows of table ${quotedName(kind.table)}`
  if (kind.kind !== 'object') return /^[A-Z]{1,20}$/.test(verb) ? `a statement ${verb}` : 'something that is not SQL'
  const object = kind.object === 'placeholder' ? 'placeholder of the view' : kind.object
  return `the ${object} ${quotedName(kind.name)}`
}
