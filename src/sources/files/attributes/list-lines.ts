import { CheckError } from '../../../pipeline/check-error'
import { plainPath } from '../check/expected-paths'
import type { AttributeKind } from './listed'
import { unquoted } from './listed'

/** A value has at most 64 KiB (xattr(7)), its name 255 bytes. */
const lineMax = 140_000

/** What the lines of a list are about. */
export interface ListFormat {
  /** A comment before the first entry. */
  comment(text: string): void
  /** A line of an entry. */
  line(path: string, text: string): void
  /** The lines of an entry are complete. */
  end(path: string): void
}

/** Reads a list in pieces: `# file: NAME`, lines, an empty line. Throws CheckError for all else. */
export class ListLines {
  private readonly kind: AttributeKind
  private readonly format: ListFormat
  private rest = ''
  private path: string | undefined
  private hasLines = false
  private hasEntries = false

  constructor(kind: AttributeKind, format: ListFormat) {
    this.kind = kind
    this.format = format
  }

  write(piece: Buffer): void {
    const lines = (this.rest + piece.toString('latin1')).split('\n')
    this.rest = lines.pop() ?? ''
    if (this.rest.length > lineMax) throw odd(this.kind)
    for (const line of lines) this.line(line)
  }

  finish(): void {
    if (this.rest !== '' || this.path !== undefined || !this.hasEntries) throw odd(this.kind)
  }

  private line(line: string): void {
    if (line.startsWith('#')) this.begin(line)
    else if (this.path === undefined) throw odd(this.kind)
    else if (line === '') this.end(this.path)
    else {
      this.hasLines = true
      this.format.line(this.path, line)
    }
  }

  private begin(line: string): void {
    if (this.path !== undefined) throw odd(this.kind)
    if (!line.startsWith('# file: ')) {
      if (this.hasEntries) throw odd(this.kind)
      this.format.comment(line)
      return
    }
    const name = unquoted(line.slice('# file: '.length))
    if (name === undefined || plainPath(name) !== name) throw odd(this.kind)
    this.path = name
    this.hasEntries = true
  }

  private end(path: string): void {
    if (!this.hasLines) throw odd(this.kind)
    this.format.end(path)
    this.path = undefined
    this.hasLines = false
  }
}

/** A list that no server of ours has written. */
export function odd(kind: AttributeKind): CheckError {
  return new CheckError(
    `its list of ${kind === 'lists' ? 'access control lists' : 'extended attributes'} makes no sense`,
  )
}
