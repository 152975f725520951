import { CheckError } from '../../../../pipeline/check-error'
import type { TokenKind } from '../lexer/sql-token'

/** A column, as CREATE TABLE has it. */
export interface Column {
  name: string
  /** In lower case, without length and attributes: `varchar`. */
  type: string
  /** The server computes its values from those of other columns. */
  isGenerated: boolean
}

/** No table has more. */
const columnsLimit = 4096

/** Reads the columns of one CREATE TABLE, token by token, from behind the name of the table. */
export class TableColumns {
  readonly columns: Column[] = []
  private depth = 0
  private isStart = false
  private column: Column | undefined
  private previous = ''

  token(kind: TokenKind, text: string): void {
    if (kind === 'symbol') this.symbol(text)
    else if (this.depth === 1) this.word(kind, text)
    this.previous = kind === 'word' ? text.toUpperCase() : ''
  }

  private symbol(symbol: string): void {
    if (symbol === '(') {
      this.depth++
      if (this.depth === 1) this.isStart = true
      // GENERATED ALWAYS AS (…); AS ROW START is kept by the server, not computed.
      else if (this.depth === 2 && this.previous === 'AS' && this.column !== undefined) this.column.isGenerated = true
    } else if (symbol === ')') this.depth--
    else if (symbol === ',' && this.depth === 1) this.isStart = true
  }

  private word(kind: TokenKind, text: string): void {
    if (this.isStart) {
      this.isStart = false
      // Keys and constraints begin with a word.
      this.column = kind === 'name' ? { name: text, type: '', isGenerated: false } : undefined
      if (this.column === undefined) return
      if (this.columns.length === columnsLimit) throw new CheckError('The dump has a table with too many columns.')
      this.columns.push(this.column)
    } else if (this.column?.type === '') this.column.type = text.toLowerCase()
  }
}

/** The columns that `INSERT INTO … (…) VALUES` names; undefined: it names none, its rows have all. */
export function insertedColumns(head: Buffer): string[] | undefined {
  const text = head.toString('utf8')
  const found = [...text.matchAll(/`((?:[^`]|``)*)`|[(]/g)]
  const list = found.findIndex(([match]) => match === '(')
  if (list < 0) return undefined
  return found.slice(list + 1).map(([, name = '']) => name.replaceAll('``', '`'))
}
