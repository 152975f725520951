import { isPlain } from './plain-number'
import type { RowBytes } from './row-bytes'
import type { ValueForm } from './value-form'

const places = { outside: 0, string: 1, escape: 2, number: 3 } as const

const quote = 0x22
const backslash = 0x5c

/** In bytes: of the longest number that MySQL keeps; a DECIMAL has up to 65 digits. */
const numberLimit = 512

/** Begins a number. */
const beginsNumber = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[-0-9]/.test(String.fromCharCode(byte))))
const isNumber = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[-+.0-9eE]/.test(String.fromCharCode(byte))))

/**
 * JSON as text carries it. MySQL keeps a DECIMAL in a JSON value, `1.10` or 30 digits; read back from text it is a
 * number like any other, `1.1`. Such numbers are equal, and white space does not count. Everything else does: MySQL itself orders the
 * keys, and writes dates and blobs as the strings that come back.
 */
export class JsonForm implements ValueForm {
  private readonly row: RowBytes
  private place: number = places.outside
  private readonly number = Buffer.alloc(numberLimit)
  private length = 0

  constructor(row: RowBytes) {
    this.row = row
  }

  bytes(chunk: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      if (this.place === places.string) at = this.inString(chunk, at, to)
      else if (this.place === places.escape) {
        this.row.add(chunk, at, at + 1)
        this.place = places.string
        at++
      } else at = this.outside(chunk, at)
    }
  }

  end(): void {
    this.endNumber()
    this.place = places.outside
  }

  private inString(chunk: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && chunk[at] !== quote && chunk[at] !== backslash) at++
    if (at < to) {
      this.place = chunk[at] === quote ? places.outside : places.escape
      at++
    }
    this.row.add(chunk, from, at)
    return at
  }

  private outside(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    if (this.place === places.number) {
      if (isNumber[byte] === 1 && this.length < numberLimit) {
        this.number[this.length++] = byte
        return at + 1
      }
      this.endNumber()
      this.place = places.outside
    }
    if (beginsNumber[byte] === 1) {
      this.place = places.number
      return at
    }
    if (byte > 0x20) this.row.add(chunk, at, at + 1)
    if (byte === quote) this.place = places.string
    return at + 1
  }

  private endNumber(): void {
    if (this.length === 0) return
    if (isPlain(this.number, this.length)) {
      this.row.add(this.number, 0, this.length)
      this.length = 0
      return
    }
    const written = this.number.write(jsonNumber(this.number.toString('latin1', 0, this.length)), 'latin1')
    this.row.add(this.number, 0, written)
    this.length = 0
  }
}

const leastInteger = -(2n ** 63n)
const mostInteger = 2n ** 64n - 1n

/** A whole number of 64 bits is exact in MySQL, everything else a double. */
function jsonNumber(text: string): string {
  if (/^-?\d{1,20}$/.test(text)) {
    const whole = BigInt(text)
    if (whole >= leastInteger && whole <= mostInteger) return String(whole)
  }
  const value = Number(text)
  return Number.isNaN(value) ? text : String(value + 0)
}
