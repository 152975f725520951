import { quotedName } from '../../../../findings/quoted-name'
import type { StatementKind } from '../statements/dump-statement'

/** A statement in the stream: its kind, as far as its head was read. */
export interface StatementPlace {
  verb: string
  kind: StatementKind
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

/** What is known of a statement: its verb, or what it makes or fills. */
type Known = string | Extract<StatementKind, { kind: 'object' | 'rows' }>

/** The lines of a stream on which its last statements began. */
export class StatementPlaces {
  private line = 1
  /** Two rings, which are made once: an object for each statement would live just long enough to fill the memory. */
  private readonly lines = new Float64Array(keptPlaces)
  private readonly known: Known[] = []
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
      this.lines[this.next] = this.line
      this.known[this.next] = knownOf(mark.place)
      this.next = (this.next + 1) % keptPlaces
    }
    for (; at >= 0; at = bytes.indexOf(newline, at + 1)) this.line++
  }

  /** The statement on a line of the stream, in words; undefined when it is no longer known. */
  where(line: number): string | undefined {
    const count = this.known.length
    for (let back = 1; back <= count; back++) {
      const at = (this.next - back + keptPlaces) % keptPlaces
      const known = this.known[at]
      if (known !== undefined && (this.lines[at] ?? 0) <= line) return describe(known)
    }
    return undefined
  }
}

/** Verbs of dumps are few: each is one string. */
const verbs = new Map<string, string>()

function knownOf({ kind, verb }: StatementPlace): Known {
  if (kind.kind === 'object' || kind.kind === 'rows') return kind
  const found = verbs.get(verb)
  if (found === undefined && verbs.size < 100) verbs.set(verb, verb)
  return found ?? verb
}

function describe(known: Known): string {
  if (typeof known === 'string')
    return /^[A-Z]{1,20}$/.test(known) ? `a statement ${known}` : 'something that is not SQL'
  if (known.kind === 'rows') return `the rows of table ${quotedName(known.table)}`
  const object = known.object === 'placeholder' ? 'placeholder of the view' : known.object
  return `the ${object} ${quotedName(known.name)}`
}
