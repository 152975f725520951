const dollar = 0x24

/**
 * A text between `$$` and `$$`, or `$word$` and `$word$`: code in another language than SQL, as MySQL 9 writes it behind
 * LANGUAGE JAVASCRIPT … AS. Elsewhere `$` is part of a name.
 */
export class DollarQuote {
  private mark: number[] = []
  private isOpened = false
  private matched = 0
  private words = ['', '', '']
  /** The code of the statement is not SQL. */
  private isForeign = false

  /** A word of the statement. */
  word(text: string): void {
    this.words = [...this.words.slice(1), text.toUpperCase()]
    if (this.words[1] === 'LANGUAGE' && this.words[2] !== 'SQL') this.isForeign = true
  }

  /** Whether such a text begins with this byte, which is still to be read. */
  begins(byte: number): boolean {
    this.mark = []
    this.isOpened = false
    this.matched = 0
    return byte === dollar && this.isForeign && this.words[2] === 'AS'
  }

  /** Whether the text ends with this byte. */
  read(byte: number): boolean {
    if (!this.isOpened) {
      this.mark.push(byte)
      this.isOpened = this.mark.length > 1 && byte === dollar
      return false
    }
    this.matched = byte === this.mark[this.matched] ? this.matched + 1 : byte === dollar ? 1 : 0
    return this.matched === this.mark.length
  }

  /** The statement has ended. */
  reset(): void {
    this.isForeign = false
    this.words = ['', '', '']
  }
}
