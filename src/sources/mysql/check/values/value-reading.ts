import { hash } from 'node:crypto'
import { CheckError } from '../../../../pipeline/check-error'
import { type RowDigest, UnreadRows } from '../rows/row-digest'
import { RowBytes } from './row-bytes'
import { SeenRows } from './seen-rows'
import type { Column } from './table-columns'
import { type ColumnForm, TableRows, type TableValues } from './table-rows'
import { formNameOf, valueForms } from './value-forms'

/** In columns of all tables that are read: more than memory has room for. */
const columnsMax = 1_000_000

/**
 * Reads the rows of some tables of a dump as values. Which bytes of a value count depends on the type of its column in
 * the stored dump, for both dumps. What the server computes is left out: it computes it again.
 */
export class ValueReading {
  readonly tables = new Map<string, TableValues>()
  private readonly only: ReadonlySet<string>
  private readonly stored: ValueReading | undefined
  private readonly created = new Map<string, ReadonlyMap<string, ColumnForm>>()
  private columnCount = 0
  private readonly seen: SeenRows
  private readonly row = new RowBytes()
  private readonly forms = valueForms(this.row)

  /** `only`: the tables to read. `stored`: the reading of the stored dump, when this one reads the restored database. */
  constructor(only: ReadonlySet<string>, stored?: ValueReading) {
    this.only = only
    this.stored = stored
    this.seen = stored?.seen ?? new SeenRows()
  }

  /** Called for each CREATE TABLE, before its rows. */
  create(table: string, columns: readonly Column[]): void {
    if (!this.only.has(table)) return
    this.columnCount += columns.length
    if (this.columnCount > columnsMax) throw new CheckError('The dump has more columns than any server.')
    const forms = columns.map(({ name, type, isGenerated }): [string, ColumnForm] => [
      name,
      isGenerated ? 'none' : formNameOf(type),
    ])
    this.created.set(table, new Map(forms))
  }

  /** For the rows of a table. */
  open(table: string): RowDigest {
    if (!this.only.has(table)) return new UnreadRows()
    const { row, forms, seen, stored } = this
    const created: ReadonlyMap<string, ColumnForm> = this.created.get(table) ?? new Map()
    const known = stored?.tables.get(table)?.columns
    const mark = Number.parseInt(hash('sha256', table).slice(0, 8), 16)
    return new TableRows({
      ...{ row, forms, columns: [...created.keys()] },
      // What only the restored table has is not compared.
      formOf: stored === undefined ? name => created.get(name) ?? 'exact' : name => known?.get(name)?.form ?? 'none',
      isKnown: digest => {
        if (stored !== undefined) return seen.has(mark, digest)
        seen.add(mark, digest)
        return true
      },
      finished: values => this.tables.set(table, values),
    })
  }
}
