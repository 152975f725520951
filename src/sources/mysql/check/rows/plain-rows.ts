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

/** Bytes of numbers, NULL, 0x…, and of a prefix of a string: no call, variable, comment or quoted name. */
const isPlain = Array.from({ length: 256 }, (_, byte) => /[0-9A-Za-z_.+-]/.test(String.fromCharCode(byte)))

/**
 * Checks that rows are only values in parentheses, up to the delimiter: the import would run a call, and a statement
 * after a `;` that was not checked. Passes everything on.
 */
export class PlainRows implements RowSink {
  private readonly sink: RowSink
  private readonly quoteMode: QuoteMode
  private readonly report: (what: string) => void
  private place: 'between' | 'row' | 'string' | 'after' = 'between'
  private isEscaped = false
  private last = 0

  constructor(sink: RowSink, quoteMode: QuoteMode, report: (what: string) => void) {
    this.sink = sink
    this.quoteMode = quoteMode
    this.report = report
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
    if (this.place !== 'after') this.report('INSERT with a string that does not end')
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
          this.report('INSERT with a computed value')
      } else if (place === 'between' && byte === opening) place = 'row'
      else if (place === 'between' && byte === semicolon) place = 'after'
      else if (!isSpace[byte] && (place === 'after' || byte !== comma)) this.report('INSERT with more than rows')
      last = byte
    }
    this.place = place
    this.isEscaped = isEscaped
    this.last = last
  }
}
