import { SqlLexer } from '../../check/lexer/sql-lexer'
import { type Token, TokenWindow } from '../../check/lexer/token-window'
import type { HeldObject } from '../../check/split/held-object'
import { setSqlMode } from '../../check/statements/dump-statement'

/** A token of the text of an object, and its bytes there. */
export interface PlacedToken extends Token {
  from: number
  to: number
}

/** The tokens of the text behind the name of an object, as the server reads it in the session of the object. */
export function tokensOf({ rest, session }: Pick<HeldObject, 'rest' | 'session'>): PlacedToken[] {
  const tokens: PlacedToken[] = []
  const lexer = new SqlLexer({
    token: (kind, text, _conditional, from, to) => {
      tokens.push({ ...TokenWindow.token(kind, text), from, to })
    },
    statementEnd: () => {},
    lineComment: () => {},
  })
  lexer.quoteMode.characterSet = (session.characterSet ?? '').toLowerCase()
  setSqlMode(lexer.quoteMode, session.sqlMode ?? '')
  // The line break ends a word that is still open.
  lexer.scan(Buffer.concat([rest, Buffer.from('\n')]), 0)
  return tokens
}

/** A text with other bytes in these places, which are in order. */
export function replaced(text: Buffer, changes: readonly { from: number; to: number; by: Buffer }[]): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  for (const { from, to, by } of changes) {
    pieces.push(text.subarray(at, from), by)
    at = to
  }
  return Buffer.concat([...pieces, text.subarray(at)])
}
