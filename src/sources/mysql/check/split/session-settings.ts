import type { TokenKind } from '../lexer/sql-token'

/** The settings under which the server stores an object, as its dump sets them; undefined: those of every dump. */
export interface SessionSettings {
  readonly sqlMode?: string
  readonly characterSet?: string
  readonly collation?: string
  readonly timeZone?: string
  /** Of the database: it decides about texts without one in the head of a routine. */
  readonly databaseCollation?: string
}

/** By the variables that dump tools set around objects. */
const fields = new Map<string, keyof SessionSettings>([
  ['SQL_MODE', 'sqlMode'],
  ['CHARACTER_SET_CLIENT', 'characterSet'],
  ['COLLATION_CONNECTION', 'collation'],
  ['TIME_ZONE', 'timeZone'],
])

/** Follows the SET and ALTER DATABASE statements of a dump. */
export class SessionReader {
  private settings: SessionSettings = {}
  /** Of the statement so far, the last one first. */
  private words: string[] = []

  get current(): SessionSettings {
    return this.settings
  }

  /** A token of such a statement. */
  token(kind: TokenKind, text: string): void {
    const [last = '', before = ''] = this.words
    const field = last === '=' ? fields.get(before) : last === 'COLLATE' ? this.collationField() : undefined
    if (field !== undefined) this.set(field, kind, text)
    this.words.unshift(kind === 'word' ? text.toUpperCase() : text)
  }

  /** Whether the statement so far sets the SQL mode. */
  get setsMode(): boolean {
    return this.words.includes('SQL_MODE')
  }

  /** Whether the statement so far has one of these words, which are in lower case. */
  names(words: ReadonlySet<string>): boolean {
    return this.words.some(word => words.has(word.toLowerCase()))
  }

  end(): void {
    this.words = []
  }

  /** ALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_swedish_ci; SET NAMES has one too. */
  private collationField(): keyof SessionSettings {
    return this.words.at(-1) === 'ALTER' ? 'databaseCollation' : 'collation'
  }

  /** `@saved_…` restores what was before. */
  private set(field: keyof SessionSettings, kind: TokenKind, text: string): void {
    const { [field]: _, ...others } = this.settings
    this.settings = kind === 'symbol' ? others : { ...others, [field]: text }
  }
}
