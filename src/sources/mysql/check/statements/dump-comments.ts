import type { QuoteMode } from '../lexer/sql-token'

/** The role of a comment line in a dump. `section`: `-- Dumping events for database …` and the like. */
export type CommentMeaning = { kind: 'section'; title: string } | { kind: 'trailer' } | { kind: 'other' }

/** As in `write_footer` of both tools; the hour is padded with a space. */
const trailer = /^-- Dump completed(?: on \d{4}-\d{2}-\d{2} [ \d]\d:\d{2}:\d{2})?\s*$/

/** The line before a dump of MariaDB 10.5.25, 10.6.18, 10.11.8 and newer; the form without `M` is older. */
export const sandboxLine = /^\s*\/\*M?!999999\\- enable the sandbox mode \*\/[ \t\r]*\n/

const other: CommentMeaning = { kind: 'other' }

/**
 * Distinguishes comments that structure a dump from names that look like them: a name with line breaks continues over
 * several comment lines, but both tools put `-- ` before each, never a bare `--`, and some text before the first.
 */
export class DumpComments {
  private readonly quoteMode: QuoteMode
  private afterStatement = false
  private place: 'outside' | 'opened' | 'titled' = 'outside'

  /** `quoteMode`: learns here of which product the server is. */
  constructor(quoteMode: QuoteMode) {
    this.quoteMode = quoteMode
  }

  /** A statement has ended. */
  statement(): void {
    this.afterStatement = true
    this.place = 'outside'
  }

  read(text: string, atLineStart: boolean): CommentMeaning {
    const isTrailer = atLineStart && this.afterStatement && trailer.test(text)
    this.afterStatement = false
    if (isTrailer) return { kind: 'trailer' }
    if (text.startsWith('-- Server version\t')) this.quoteMode.isMariadb = /mariadb/i.test(text)
    if (this.place === 'opened') {
      this.place = text === '--' ? 'opened' : 'titled'
      return text === '--' ? other : { kind: 'section', title: text }
    }
    if (text === '--') this.place = this.place === 'titled' ? 'outside' : 'opened'
    return other
  }
}
