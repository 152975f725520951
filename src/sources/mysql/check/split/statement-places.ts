import { quotedName } from '../../../../findings/quoted-name'
import type { StatementKind } from '../statements/dump-statement'

/** A statement in the stream: its kind, as far as its head was read, and its line, once it was passed on. */
export interface StatementPlace {
  verb: string
  kind: StatementKind
  line: number
}

/** Where a statement begins in a piece of SQL. */
export interface PlaceMark {
  at: number
  place: StatementPlace
}

/** The same marks in what begins so much later. */
export function shifted(marks: readonly PlaceMark[], offset: number): PlaceMark[] {
  return marks.map(({ at, place }) => ({ at: at - offset, place }))
}

/** When a client reports an error in a line, it has read a few more megabytes at most. */
const keptPlaces = 20_000

const newline = 0x0a

/** The lines of a stream on which its last statements began. */
export class StatementPlaces {
  private line = 1
  private readonly ring: StatementPlace[] = []
  /** Where the next one goes: replaces the oldest when the ring is full. */
  private next = 0

  /** The next piece of the stream; marks in order. */
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

  /** The statement on a line of the stream, in words; undefined when it is no longer known. */
  where(line: number): string | undefined {
    const oldestFirst = [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)]
    const found = oldestFirst.findLast(place => place.line <= line)
    return found === undefined ? undefined : describe(found)
  }
}

function describe({ kind, verb }: StatementPlace): string {
  if (kind.kind === 'rows') return `the rows of table ${quotedName(kind.table)}`
  if (kind.kind !== 'object') return /^[A-Z]{1,20}$/.test(verb) ? `a statement ${verb}` : 'something that is not SQL'
  const object = kind.object === 'placeholder' ? 'placeholder of the view' : kind.object
  return `the ${object} ${quotedName(kind.name)}`
}
