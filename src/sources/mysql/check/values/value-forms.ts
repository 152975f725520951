import { JsonForm } from './json-form'
import { isPlain } from './plain-number'
import type { RowBytes } from './row-bytes'
import type { ValueForm } from './value-form'

/**
 * What of a value counts. `exact`: every byte. `number`: the number, exactly. `float` and `double`: the number that such
 * a column can hold. `bits`: without leading zeros. `json`: of MySQL, with numbers as JSON text can carry them.
 */
export type FormName = 'exact' | 'number' | 'float' | 'double' | 'bits' | 'json'

const numbers = ['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'bigint', 'decimal', 'numeric', 'year']

const formOfType = new Map<string, FormName>([
  ...numbers.map(type => [type, 'number'] as const),
  ['float', 'float'],
  ['double', 'double'],
  ['real', 'double'],
  ['bit', 'bits'],
  // MariaDB's JSON is text, and calls itself longtext.
  ['json', 'json'],
])

/** By the type of a column; every byte counts in all others. */
export function formNameOf(type: string): FormName {
  return formOfType.get(type) ?? 'exact'
}

/** One of each, which write into `row`. */
export function valueForms(row: RowBytes): Readonly<Record<FormName, ValueForm>> {
  const float = (text: string) => floatForm(text, Math.fround)
  return {
    exact: { bytes: (chunk, from, to) => row.add(chunk, from, to), end: () => {} },
    number: new TextForm(row, decimalForm),
    float: new TextForm(row, float),
    double: new TextForm(row, text => floatForm(text, value => value)),
    bits: new BitsForm(row),
    json: new JsonForm(row),
  }
}

/** In bytes: more than any number has. */
const textLimit = 256

/** Collects a short text and brings it into its form. A longer one stays what it is. */
class TextForm implements ValueForm {
  private readonly row: RowBytes
  private readonly form: (text: string) => string
  private readonly text = Buffer.alloc(textLimit)
  private length = 0
  private isLong = false

  constructor(row: RowBytes, form: (text: string) => string) {
    this.row = row
    this.form = form
  }

  bytes(chunk: Buffer, from: number, to: number): void {
    if (!this.isLong && this.length + to - from <= textLimit) {
      for (let at = from; at < to; at++) this.text[this.length++] = chunk[at] ?? 0
      return
    }
    this.row.add(this.text, 0, this.length)
    this.row.add(chunk, from, to)
    this.length = 0
    this.isLong = true
  }

  end(): void {
    const { text, length } = this
    // Most numbers are plain.
    if (isPlain(text, length)) this.row.add(text, 0, length)
    else if (length > 0) {
      const written = text.write(this.form(text.toString('latin1', 0, length)), 'latin1')
      this.row.add(text, 0, written)
    }
    this.length = 0
    this.isLong = false
  }
}

/** Without zeros that say nothing: ZEROFILL, digits behind the point, the sign of zero. */
function decimalForm(text: string): string {
  const [, sign = '', whole, fraction = ''] = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  if (whole === undefined) return text
  const number = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`
  return sign === '-' && number !== '0' ? `-${number}` : number
}

/** Zero has no sign: a dump with `-0` brings back 0. */
function floatForm(text: string, held: (value: number) => number): string {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return text
  return String(held(Number(text)) + 0)
}

/** Two servers may give the same bits in more or fewer bytes. */
class BitsForm implements ValueForm {
  private readonly row: RowBytes
  private isLeading = true

  constructor(row: RowBytes) {
    this.row = row
  }

  bytes(chunk: Buffer, from: number, to: number): void {
    let at = from
    while (this.isLeading && at < to && chunk[at] === 0) at++
    if (at === to) return
    this.isLeading = false
    this.row.add(chunk, at, to)
  }

  end(): void {
    this.isLeading = true
  }
}
