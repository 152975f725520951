import fc from 'fast-check'
import type { QuoteMode } from '../../../../../../src/sources/mysql/check/lexer/sql-token'
import { RowCounter } from '../../../../../../src/sources/mysql/check/rows/row-counter'

const mode: QuoteMode = { ansiQuotes: false, noBackslashEscapes: false, characterSet: '', isMariadb: true }

/** Counts what follows a head, in pieces of these sizes. */
function count(text: string, sizes: readonly number[] = [text.length], quoteMode = mode): number | undefined {
  const counter = new RowCounter(quoteMode, { bytesLeft: 1e6 })
  counter.begin()
  const bytes = Buffer.from(text)
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const end = at + Math.max(1, sizes[piece % sizes.length] ?? 1)
    counter.read(bytes.subarray(at, end))
    at = end
  }
  return counter.rows
}

describe('RowCounter', () => {
  it('counts rows, whatever strings hold', () => {
    expect(count(' (1,NULL),(2,0xFF);\n')).toBe(2)
    expect(count(" ('),(('),('it\\'s (1)'),('a''(b');\n")).toBe(3)
    expect(count(`('${'(x'.repeat(500)}\\\\'),('${'y'.repeat(500)}');\n`)).toBe(2)
    expect(count('')).toBe(0)
  })

  it('passes the heads of further statements, with names and columns of any kind', () => {
    const head = "INSERT INTO `a(V'b` (`VALUES`, `c(`) VALUES"
    expect(count(` (1,2);\n${head} (3,4),(5,6);\n${head}\n(7,8);\n`)).toBe(4)
  })

  it('takes a backslash for what it is where it escapes nothing', () => {
    expect(count(" ('a\\'),('b');\n", undefined, { ...mode, noBackslashEscapes: true })).toBe(2)
  })

  it('does not depend on where chunks end', () => {
    const text = " ('a\\\\'),('(\\'',0x28),(_binary '\\0(');\nINSERT INTO `t``(` VALUES (9);\n"
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), sizes => {
        expect(count(text, sizes)).toBe(4)
      }),
    )
  })

  it('ends where the budget of the dump is spent, and then knows nothing', () => {
    const budget = { bytesLeft: 10 }
    const [first, second] = [new RowCounter(mode, budget), new RowCounter(mode, budget)]
    first.read(Buffer.from('(1),(2);\n'))
    expect(first.rows).toBe(2)
    second.read(Buffer.from('(1),(2);\n'))
    expect(second.rows).toBeUndefined()
  })
})
