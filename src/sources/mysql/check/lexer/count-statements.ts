import { SqlLexer } from './sql-lexer'

/** How many statements a text has, as the mysql client splits it. The last one needs no delimiter. */
export function countStatements(sql: string): number {
  let count = 0
  let isBegun = false
  const lexer = new SqlLexer({
    token: () => {
      isBegun = true
    },
    statementEnd: () => {
      if (isBegun) count++
      isBegun = false
    },
    lineComment: () => {},
  })
  // The line break ends a word or comment that is still open.
  lexer.scan(Buffer.from(`${sql}\n`), 0)
  return count + (isBegun ? 1 : 0)
}
