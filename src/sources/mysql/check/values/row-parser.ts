import { CheckError } from '../../../../pipeline/check-error'

/** Receives the values of rows, in order. */
export interface ValueSink {
  /**
   * A piece of a value: of a string its bytes, unescaped; of hexadecimal or binary digits the bytes that they mean; of
   * anything else its text.
   */
  bytes(chunk: Buffer, from: number, to: number): void
  /** The value has ended; it may have had no piece. */
  value(isNull: boolean): void
  /** The row has ended. */
  row(): void
}

/** `between`: rows; `start`: of a value; `closed`: a quote that is the end of a string, or the first of two. */
const places = { between: 0, start: 1, word: 2, string: 3, escape: 4, closed: 5, digits: 6, after: 7 } as const

/** How the text of a literal becomes bytes. */
const kinds = { text: 0, hexadecimal: 1, binary: 2 } as const

const opening = 0x28
const closing = 0x29
const comma = 0x2c
const quote = 0x27
const backslash = 0x5c

/** In bytes. No number is longer, and no word. */
const wordLimit = 1024

/** The meaning of a byte after a backslash; other bytes mean themselves. */
const escaped = Uint8Array.from({ length: 256 }, (_, byte) => byte)
for (const [letter, byte] of Object.entries({ 0: 0, b: 8, t: 9, n: 10, r: 13, Z: 26 })) {
  escaped[letter.charCodeAt(0)] = byte
}

const digitOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(digit) ? 255 : digit
})

/** Ends a word. */
const endsWord = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number([0x20, 0x0a, comma, closing, quote].includes(byte)),
)

/**
 * Reads the rows of INSERT statements, `(1,'a',0xFF),(…)`, as the server would: strings with or without an introducer,
 * `X'…'`, `0x…`, `b'…'`, numbers and NULL. A chunk may end anywhere, and memory does not depend on the size of a value.
 */
export class RowParser {
  private readonly sink: ValueSink
  private place: number = places.between
  private kind: number = kinds.text
  private readonly word = Buffer.alloc(wordLimit)
  private wordLength = 0
  /** The first of two hexadecimal digits. */
  private half = -1

  constructor(sink: ValueSink) {
    this.sink = sink
  }

  read(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.step(chunk, at)
  }

  private step(chunk: Buffer, at: number): number {
    switch (this.place) {
      case places.between:
        return this.findRow(chunk, at)
      case places.start:
        return this.start(chunk, at)
      case places.word:
        return this.readWord(chunk, at)
      case places.string:
        return this.kind === kinds.text ? this.readString(chunk, at) : this.readDigits(chunk, at)
      case places.escape:
        return this.readEscape(chunk, at)
      case places.closed:
        return this.afterQuote(chunk, at)
      case places.digits:
        return this.readDigits(chunk, at)
      default:
        return this.after(chunk[at], at)
    }
  }

  private findRow(chunk: Buffer, from: number): number {
    const at = chunk.indexOf(opening, from)
    if (at < 0) return chunk.length
    this.place = places.start
    return at + 1
  }

  private start(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    if (byte <= 0x20) return at + 1
    this.kind = kinds.text
    this.wordLength = 0
    this.half = -1
    if (byte !== quote) {
      this.place = places.word
      return at
    }
    this.place = places.string
    return at + 1
  }

  private readWord(chunk: Buffer, from: number): number {
    const { word } = this
    let at = from
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (endsWord[byte] === 1) return this.endWord(byte, at)
      if (this.wordLength === wordLimit) throw new CheckError('The dump has a value that no dump tool writes.')
      word[this.wordLength++] = byte
      if (this.wordLength === 2 && word[0] === 0x30 && byte === 0x78) {
        this.wordLength = 0
        this.kind = kinds.hexadecimal
        this.place = places.digits
        return at + 1
      }
    }
    return at
  }

  private endWord(byte: number, at: number): number {
    const { word, wordLength } = this
    if (byte === quote) {
      // An introducer, as in _binary '…', says nothing about the bytes.
      const prefix = wordLength === 1 ? (word[0] ?? 0) | 0x20 : 0
      this.kind = prefix === 0x78 ? kinds.hexadecimal : prefix === 0x62 ? kinds.binary : kinds.text
      this.wordLength = 0
      this.place = places.string
      return at + 1
    }
    if (byte === 0x20 && word[0] === 0x5f) return at + 1
    const isNull = wordLength === 4 && word.toString('latin1', 0, 4).toUpperCase() === 'NULL'
    if (!isNull) this.sink.bytes(word, 0, wordLength)
    this.end(isNull)
    return at
  }

  private readString(chunk: Buffer, from: number): number {
    let at = from
    for (; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === quote || byte === backslash) {
        this.place = byte === quote ? places.closed : places.escape
        if (at > from) this.sink.bytes(chunk, from, at)
        return at + 1
      }
    }
    this.sink.bytes(chunk, from, at)
    return at
  }

  private readEscape(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    // Of these two, the backslash is part of the string.
    const isPattern = byte === 0x25 || byte === 0x5f
    this.word[0] = isPattern ? backslash : (escaped[byte] ?? 0)
    this.word[1] = byte
    this.sink.bytes(this.word, 0, isPattern ? 2 : 1)
    this.place = places.string
    return at + 1
  }

  private afterQuote(chunk: Buffer, at: number): number {
    if (chunk[at] !== quote) {
      this.end(false)
      return at
    }
    this.sink.bytes(chunk, at, at + 1)
    this.place = places.string
    return at + 1
  }

  /** Digits of either base, to their end: a quote after a prefix, any other byte after `0x`. */
  private readDigits(chunk: Buffer, from: number): number {
    const { word, kind } = this
    let at = from
    for (; at < chunk.length; at++) {
      const digit = digitOf[chunk[at] ?? 0] ?? 255
      if (digit === 255) break
      if (this.wordLength === wordLimit) this.flushDigits()
      if (kind === kinds.binary) word[this.wordLength++] = digit
      else if (this.half < 0) this.half = digit
      else {
        word[this.wordLength++] = this.half * 16 + digit
        this.half = -1
      }
    }
    if (at === chunk.length) return at
    if (this.half >= 0) throw new CheckError('The dump has an odd number of hexadecimal digits.')
    this.flushDigits()
    this.end(false)
    return this.kind !== kinds.text && chunk[at] === quote ? at + 1 : at
  }

  private flushDigits(): void {
    const length = this.kind === kinds.binary ? packBits(this.word, this.wordLength) : this.wordLength
    if (length > 0) this.sink.bytes(this.word, 0, length)
    this.wordLength = 0
  }

  private end(isNull: boolean): void {
    this.place = places.after
    this.sink.value(isNull)
  }

  private after(byte: number | undefined, at: number): number {
    if (byte === comma) this.place = places.start
    else if (byte === closing) {
      this.place = places.between
      this.sink.row()
    }
    return at + 1
  }
}

/** Digits, one a byte, become the bytes that they mean, in place. Returns how many. */
function packBits(digits: Buffer, length: number): number {
  const bytes = Math.ceil(length / 8)
  const text = digits
    .subarray(0, length)
    .reduce((all, digit) => all + digit, '')
    .padStart(bytes * 8, '0')
  for (let at = 0; at < bytes; at++) digits[at] = Number.parseInt(text.slice(at * 8, at * 8 + 8), 2)
  return bytes
}
