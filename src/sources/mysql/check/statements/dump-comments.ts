/** What a comment line of a dump is to its structure. */
export type CommentMeaning =
  /** `-- Dumping events for database …` and the like. */
  { kind: 'section'; title: string } | { kind: 'trailer' } | { kind: 'other' }

/** The `write_footer` of both tools; they pad the hour with a blank. */
const trailer = /^-- Dump completed(?: on \d{4}-\d{2}-\d{2} [ \d]\d:\d{2}:\d{2})?\s*$/

/** The line before a dump of MariaDB 10.5.25, 10.6.18, 10.11.8 and newer; the form without `M` came first. */
export const sandboxLine = /^\s*\/\*M?!999999\\- enable the sandbox mode \*\/[ \t\r]*\n/

const other: CommentMeaning = { kind: 'other' }

/**
 * Tells comments that structure a dump from names in comments that look like them: a name with line breaks goes on over
 * several lines of a comment, but both tools put `-- ` before each, never a bare `--`, and something before the first.
 */
export class DumpComments {
  private afterStatement = false
  private place: 'outside' | 'opened' | 'titled' = 'outside'

  /** A statement has ended. */
  statement(): void {
    this.afterStatement = true
    this.place = 'outside'
  }

  read(text: string, atLineStart: boolean): CommentMeaning {
    const isTrailer = atLineStart && this.afterStatement && trailer.test(text)
    this.afterStatement = false
    if (isTrailer) return { kind: 'trailer' }
    if (this.place === 'opened') {
      this.place = text === '--' ? 'opened' : 'titled'
      return text === '--' ? other : { kind: 'section', title: text }
    }
    if (text === '--') this.place = this.place === 'titled' ? 'outside' : 'opened'
    return other
  }
}
