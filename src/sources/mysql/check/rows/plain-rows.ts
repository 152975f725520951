import type { QuoteMode } from '../lexer/sql-token'
import type { RowSink } from './row-reader'

const opening = 0x28
const closing = 0x29
const comma = 0x2c
const dash = 0x2d
const semicolon = 0x3b
const quote = 0x27
const backslash = 0x5c

const isSpace = Array.from({ length: 256 }, (_, byte) => [0x20, 0x09, 0x0a, 0x0d].includes(byte))

/** Of numbers, NULL, 0x…, and what may stand before a string. No call, no variable, no comment, no name in quotes. */
const isPlain = Array.from({ length: 256 }, (_, byte) => /[0-9A-Za-z_.+-]/.test(String.fromCharCode(byte)))

/**
 * Sees that rows are rows: values in parentheses and nothing else, to the delimiter. A call would be run by the import,
 * and what stands behind a `;` would be a statement that nobody has read. Hands everything on.
 */
export class PlainRows implements RowSink {
  private readonly sink: RowSink
  private readonly quoteMode: QuoteMode
  private readonly tell: (what: string) => void
  private place: 'between' | 'row' | 'string' | 'behind' = 'between'
  private isEscaped = false
  private last = 0

  constructor(sink: RowSink, quoteMode: QuoteMode, tell: (what: string) => void) {
    this.sink = sink
    this.quoteMode = quoteMode
    this.tell = tell
  }

  openRows(table: string): void {
    this.place = 'between'
    this.isEscaped = false
    this.last = 0
    this.sink.openRows(table)
  }

  addHead(bytes: Buffer): void {
    this.sink.addHead(bytes)
  }

  addRows(bytes: Buffer): void {
    this.read(bytes)
    this.sink.addRows(bytes)
  }

  /** The statement has ended. */
  end(): void {
    if (this.place !== 'behind') this.tell('INSERT with a text that does not end')
  }

  private read(bytes: Buffer): void {
    const hasEscapes = !this.quoteMode.noBackslashEscapes
    let { place, isEscaped, last } = this
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (place === 'string') {
        if (isEscaped) isEscaped = false
        else if (byte === quote) place = 'row'
        else if (byte === backslash) isEscaped = hasEscapes
      } else if (place === 'row') {
        if (byte === quote) place = 'string'
        else if (byte === closing) place = 'between'
        else if (byte !== comma && !isSpace[byte] && (!isPlain[byte] || (byte === dash && last === dash)))
          this.tell('INSERT with a value that is worked out')
      } else if (place === 'between' && byte === opening) place = 'row'
      else if (place === 'between' && byte === semicolon) place = 'behind'
      else if (!isSpace[byte] && (place === 'behind' || byte !== comma)) this.tell('INSERT with more than rows')
      last = byte
    }
    this.place = place
    this.isEscaped = isEscaped
    this.last = last
  }
}
