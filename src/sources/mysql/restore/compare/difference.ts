import { listed } from '../../../../findings/listed'
import { quotedName } from '../../../../findings/quoted-name'
import { formatCount } from '../../../../runtime/text/format-count'
import type { TableValues } from '../../check/values/table-rows'

/** How a restored database differs from its dump, without anything of its data. A public format. */
export interface Difference {
  /** Half a sentence. */
  difference: string
  /** What follows is there where the rows of a table differ. */
  table?: string
  /** In the dump. */
  rows?: number
  restoredRows?: number
  /** Of the restored rows, at least how many the dump does not have. */
  otherRows?: number
  /** The place of the first of these among the restored rows, from 1; null where there is none. */
  firstRow?: number | null
  /** The columns whose values differ, where there are as many rows as in the dump. */
  columns?: string[]
}

/** One that is not about rows. */
export function difference(text: string): Difference {
  return { difference: text }
}

/** [] when the rows are equal. Undefined: the dump does not have the table. */
export function compareTable(
  table: string,
  stored: TableValues | undefined,
  there: TableValues | undefined,
): Difference[] {
  const [rows, restoredRows] = [stored?.rows ?? 0, there?.rows ?? 0]
  if (rows === restoredRows && stored?.sum === there?.sum) return []
  const [otherRows, firstRow] = [there?.strangers ?? 0, there?.firstStranger ?? null]
  const columns = rows === restoredRows ? differentColumns(stored, there) : []
  const facts = { table, rows, restoredRows, otherRows, firstRow, columns }
  return [{ difference: inWords(facts), ...facts }]
}

function differentColumns(stored: TableValues | undefined, there: TableValues | undefined): string[] {
  return [...(stored?.columns ?? [])]
    .filter(([name, { form, mark }]) => form !== 'none' && there?.columns.get(name)?.mark !== mark)
    .map(([name]) => name)
}

type RowFacts = Required<Omit<Difference, 'difference'>>

function inWords({ table, rows, restoredRows, otherRows, firstRow, columns }: RowFacts): string {
  const first = firstRow === null ? '' : `; the first is row ${formatCount(firstRow)}`
  const name = quotedName(table)
  if (rows !== restoredRows) {
    const others = otherRows === 0 ? '' : `, ${formatCount(otherRows)} of them not in the dump${first}`
    return `table ${name} has ${formatCount(restoredRows)} rows, not ${formatCount(rows)}${others}`
  }
  const where =
    columns.length === 0
      ? ''
      : ` in ${columns.length === 1 ? 'column' : 'columns'} ${listed(columns.map(quotedName), 5)}`
  const count =
    otherRows === 0 ? 'other rows' : `other values in ${formatCount(otherRows)} of ${formatCount(rows)} rows`
  return `table ${name} has ${count}${where}${first}`
}
