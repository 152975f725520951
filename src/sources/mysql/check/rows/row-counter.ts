import type { QuoteMode } from '../lexer/sql-token'

const opening = 0x28
const semicolon = 0x3b
const quote = 0x27
const backslash = 0x5c
const backtick = 0x60
const letterV = 0x56

/** How many bytes of a string are looked at one by one before the end is searched at memory speed. */
const shortString = 24

/** `rows`: between rows and in them; `head`: between a `;` and the next VALUES; `name`: a quoted name in there. */
const places = { rows: 0, string: 1, head: 2, name: 3 } as const

/** How many bytes of rows are counted in one dump: about a second of work. */
export const countedBytesMax = 512 * 1024 * 1024

/** What all tables of a dump may still use. */
export interface CountBudget {
  bytesLeft: number
}

/**
 * Counts the rows of INSERT statements of one table, as both tools write them: outside of strings and of heads, each `(`
 * begins a row. Undefined once the budget is spent.
 */
export class RowCounter {
  private readonly quoteMode: QuoteMode
  private readonly budget: CountBudget
  private place: number = places.rows
  private isEscaped = false
  private count = 0

  constructor(quoteMode: QuoteMode, budget: CountBudget) {
    this.quoteMode = quoteMode
    this.budget = budget
  }

  get rows(): number | undefined {
    return this.budget.bytesLeft < 0 ? undefined : this.count
  }

  /** A head has ended that is not among the rows. */
  begin(): void {
    this.place = places.rows
    this.isEscaped = false
  }

  read(bytes: Buffer): void {
    this.budget.bytesLeft -= bytes.length
    if (this.budget.bytesLeft < 0) return
    let at = 0
    if (this.isEscaped && bytes.length > 0) {
      this.isEscaped = false
      at = 1
    }
    while (at < bytes.length) {
      if (this.place === places.string) at = this.string(bytes, at)
      else if (this.place === places.rows) at = this.betweenStrings(bytes, at)
      else at = this.head(bytes, at)
    }
  }

  private betweenStrings(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === opening) this.count++
      else if (byte === quote || byte === semicolon) {
        this.place = byte === quote ? places.string : places.head
        return at + 1
      }
    }
    return bytes.length
  }

  private string(bytes: Buffer, from: number): number {
    const hasEscapes = !this.quoteMode.noBackslashEscapes
    const near = Math.min(bytes.length, from + shortString)
    let at = from
    for (; at < near; at++) {
      const byte = bytes[at]
      if (byte === quote || (byte === backslash && hasEscapes)) return this.afterMark(byte, at, bytes.length)
    }
    const end = bytes.indexOf(quote, at)
    const rest = bytes.subarray(at, end < 0 ? bytes.length : end)
    const mark = hasEscapes ? rest.indexOf(backslash) : -1
    if (mark >= 0) return this.afterMark(backslash, at + mark, bytes.length)
    return end < 0 ? bytes.length : this.afterMark(quote, end, bytes.length)
  }

  private afterMark(byte: number | undefined, at: number, length: number): number {
    if (byte === quote) {
      this.place = places.rows
      return at + 1
    }
    this.isEscaped = at + 1 >= length
    return at + 2
  }

  private head(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === backtick) this.place = this.place === places.name ? places.head : places.name
      // Of the words before the rows only VALUES has one.
      else if (byte === letterV && this.place === places.head) {
        this.place = places.rows
        return at + 1
      }
    }
    return bytes.length
  }
}
