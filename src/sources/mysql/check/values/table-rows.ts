import { CheckError } from '../../../../pipeline/check-error'
import type { RowDigest, RowsFound } from '../rows/row-digest'
import type { RowBytes } from './row-bytes'
import { RowParser, type ValueSink } from './row-parser'
import { RowSum } from './row-sum'
import { insertedColumns } from './table-columns'
import type { ValueForm } from './value-form'
import type { FormName } from './value-forms'

/** `none`: a column that is not compared. */
export type ColumnForm = FormName | 'none'

/** The rows of one table, as values. */
export interface TableValues {
  /** How many there are. */
  rows: number
  /** Equal for the same rows in any order: see `RowSum`. */
  sum: string
  /** Those of its rows. `mark`: equal for the same values in any order. */
  columns: ReadonlyMap<string, { form: ColumnForm; mark: number }>
  /** How many rows the stored dump does not have; some may be missed. */
  strangers: number
  /** The first of them: its place among the rows of the table, from 1. */
  firstStranger: number | undefined
}

export interface TableRowsRequest {
  /** Of the table, in order. */
  columns: readonly string[]
  formOf(column: string): ColumnForm
  row: RowBytes
  /** Which write into `row`. */
  forms: Readonly<Record<FormName, ValueForm>>
  /** Whether the stored dump has a row with this digest. */
  isKnown(digest: Buffer): boolean
  finished(values: TableValues): void
}

/** Reads the rows of one table as values. */
export class TableRows implements RowDigest, ValueSink {
  private readonly request: TableRowsRequest
  private readonly parser = new RowParser(this)
  private readonly sum = new RowSum()
  private head: Buffer | undefined
  /** By their places in a row. */
  private columns: readonly { name: string; form: ColumnForm }[] = []
  private marks = new Uint32Array(0)
  private place = 0
  private form: ValueForm | undefined
  private size = 0
  private rows = 0
  private strangers = 0
  private firstStranger: number | undefined

  constructor(request: TableRowsRequest) {
    this.request = request
  }

  addHead(head: Buffer): void {
    if (this.head?.equals(head)) return
    const names = insertedColumns(head) ?? this.request.columns
    const isFirst = this.head === undefined
    this.head = Buffer.from(head)
    if (isFirst) this.useColumns(names)
    else this.requireColumns(names)
  }

  addRows(chunk: Buffer): void {
    this.size += chunk.length
    this.parser.read(chunk)
  }

  bytes(chunk: Buffer, from: number, to: number): void {
    this.form?.bytes(chunk, from, to)
  }

  value(isNull: boolean): void {
    if (this.form !== undefined) {
      this.form.end()
      const mark = this.request.row.endValue(isNull)
      if (this.place < this.marks.length) this.marks[this.place] = (this.marks[this.place] ?? 0) + mark
    }
    this.place++
    this.form = this.formAt(this.place)
  }

  row(): void {
    const digest = this.request.row.endRow()
    this.rows++
    this.sum.add(digest)
    if (!this.request.isKnown(digest)) {
      this.strangers++
      this.firstStranger ??= this.rows
    }
    this.place = 0
    this.form = this.formAt(0)
  }

  finish(): RowsFound {
    const { rows, strangers, firstStranger, marks } = this
    const sum = this.sum.toString()
    const columns = this.columns.map(({ name, form }, at) => [name, { form, mark: marks[at] ?? 0 }] as const)
    this.request.finished({ rows, sum, columns: new Map(columns), strangers, firstStranger })
    return { bytes: this.size, sha256: sum }
  }

  private useColumns(names: readonly string[]): void {
    this.columns = names.map(name => ({ name, form: this.request.formOf(name) }))
    this.marks = new Uint32Array(names.length)
    this.form = this.formAt(0)
  }

  private requireColumns(names: readonly string[]): void {
    const isSame = names.length === this.columns.length && names.every((name, at) => this.columns[at]?.name === name)
    if (!isSame) throw new CheckError('The dump has rows of one table with different columns.')
  }

  /** Every byte counts of what no statement of the dump explains. */
  private formAt(place: number): ValueForm | undefined {
    const form = this.columns[place]?.form ?? 'exact'
    return form === 'none' ? undefined : this.request.forms[form]
  }
}
