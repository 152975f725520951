import type { TokenKind } from '../lexer/sql-token'
import { type Token, TokenWindow } from '../lexer/token-window'

const functions = new Set(['NEXTVAL', 'LASTVAL', 'SETVAL'])

/**
 * The sequences that a table uses in its defaults. MariaDB writes them with the database in front: "nextval(`shop`.`s1`)".
 * Without it they are those of the database into which the table is imported.
 */
export class SequenceNames {
  private readonly database: string
  private readonly before = new TokenWindow()
  /** Of the token before. */
  private lastEnd = 0
  private start = 0
  private readonly qualifiers: { from: number; to: number }[] = []

  /** `database`: the one that was dumped. */
  constructor(database: string) {
    this.database = database
  }

  /** A token of CREATE TABLE. `end`: in the statement. */
  token(kind: TokenKind, text: string, end: number): void {
    const token = TokenWindow.token(kind, text)
    if (token.word === '.' && this.isDatabase(this.before.get())) this.qualifiers.push({ from: this.start, to: end })
    this.start = this.lastEnd
    this.lastEnd = end
    this.before.push(token)
  }

  /** The statement without them. */
  withoutDatabase(sql: Buffer): Buffer {
    if (this.qualifiers.length === 0) return sql
    const ends = [...this.qualifiers.map(({ from }) => from), sql.length]
    return Buffer.concat(ends.map((end, index) => sql.subarray(this.qualifiers[index - 1]?.to ?? 0, end)))
  }

  private isDatabase({ kind, text }: Token): boolean {
    if (kind !== 'name' || text !== this.database) return false
    return this.before.get(1).word === '(' && functions.has(this.before.get(2).word)
  }
}
