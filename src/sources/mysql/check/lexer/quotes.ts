import { backtick, doubleQuote, singleQuote } from './sql-bytes'
import type { QuoteMode } from './sql-token'

/** Whether a backslash between these quotes escapes what follows it. */
export function hasEscapes({ ansiQuotes, noBackslashEscapes }: QuoteMode, quote: number): boolean {
  if (noBackslashEscapes || quote === backtick) return false
  return quote === singleQuote || !ansiQuotes
}

/** Whether a name is between these quotes. */
export function quotesName({ ansiQuotes }: QuoteMode, quote: number): boolean {
  return quote === backtick || (quote === doubleQuote && ansiQuotes)
}
