import type { QuoteMode, TokenKind } from '../lexer/sql-token'
import { isUtf8 } from '../lexer/text-encoding'

/** What the head of a statement says about the rest of it. */
export type StatementKind =
  /** Not known yet. */
  | { kind: 'open' }
  /** No SQL statement begins so: a message of a tool. */
  | { kind: 'foreign' }
  | { kind: 'rows'; table: string }
  | { kind: 'object'; object: DumpObject; name: string }
  | { kind: 'other' }

/** Whether its text is what a person wrote, and may end in a comment. */
export function isBody(object: DumpObject): boolean {
  return !['table', 'placeholder', 'view'].includes(object)
}

/** `placeholder`: in the place of a view until its final form; a view of ones or nulls, formerly a table. */
export type DumpObject = 'table' | 'placeholder' | 'view' | 'trigger' | 'event' | RoutineKind
type RoutineKind = 'procedure' | 'function' | 'package' | 'package body' | 'library'

const open: StatementKind = { kind: 'open' }
const foreign: StatementKind = { kind: 'foreign' }
const other: StatementKind = { kind: 'other' }

/** What may begin a statement of a dump, including future versions. */
const verbs = new Set(
  `ALTER ANALYZE BEGIN CALL CHANGE CHECK COMMIT CREATE DEALLOCATE DELETE DO DROP END EXECUTE EXPLAIN FLUSH GRANT HANDLER
  INSERT INSTALL KILL LOAD LOCK OPTIMIZE PREPARE PURGE RELEASE RENAME REPAIR REPLACE RESET REVOKE ROLLBACK SAVEPOINT
  SELECT SET SHOW SHUTDOWN SIGNAL START STOP TRUNCATE UNINSTALL UNLOCK UPDATE USE VALUES WITH XA`.split(/\s+/),
)

const objects: ReadonlyMap<string, DumpObject> = new Map([
  ['TABLE', 'table'],
  ['SEQUENCE', 'table'],
  ['VIEW', 'view'],
  ['TRIGGER', 'trigger'],
  ['EVENT', 'event'],
  ['PROCEDURE', 'procedure'],
  ['FUNCTION', 'function'],
  ['PACKAGE', 'package'],
  ['LIBRARY', 'library'],
])

/** Words allowed between CREATE and the kind of object. */
const attributes = new Set(
  `OR REPLACE ALGORITHM UNDEFINED MERGE TEMPTABLE DEFINER CURRENT_USER CURRENT_ROLE SQL SECURITY INVOKER AGGREGATE TEMPORARY
  EXTERNAL MATERIALIZED JSON RELATIONAL DUALITY`.split(/\s+/),
)

/** ANSI_QUOTES, and the combination modes that include it. */
const ansiModes = ['ANSI_QUOTES', 'ANSI', 'DB2', 'MAXDB', 'MSSQL', 'ORACLE', 'POSTGRESQL']

/** Sets how quotes are read in an `sql_mode`. */
export function setSqlMode(quoteMode: QuoteMode, sqlMode: string): void {
  const modes = sqlMode
    .toUpperCase()
    .split(',')
    .map(mode => mode.trim())
  quoteMode.ansiQuotes = ansiModes.some(mode => modes.includes(mode))
  quoteMode.noBackslashEscapes = modes.includes('NO_BACKSLASH_ESCAPES')
}

/**
 * Reads the head of one statement by the server's grammar, never its body. Tracks `SET sql_mode` and the character set of
 * the session in the quote mode.
 */
export class DumpStatement {
  private readonly quoteMode: QuoteMode
  private verb = ''
  private previous = ''
  private before = ''
  private object: DumpObject | undefined
  private conditional = false
  private hasAttributes = false
  private name: string | undefined

  constructor(quoteMode: QuoteMode) {
    this.quoteMode = quoteMode
  }

  reset(): void {
    this.verb = ''
    this.previous = ''
    this.before = ''
    this.object = undefined
    this.hasAttributes = false
    this.name = undefined
  }

  read(kind: TokenKind, text: string, conditional: boolean): StatementKind {
    const word = kind === 'word' ? text.toUpperCase() : kind === 'symbol' ? text : ''
    if (this.verb === '') {
      if (kind !== 'word' || !verbs.has(word)) return foreign
      this.verb = word
      this.conditional = conditional
      return ['CREATE', 'INSERT', 'REPLACE', 'SET'].includes(word) ? open : other
    }
    const found =
      this.verb === 'CREATE'
        ? this.create(kind, text, word)
        : this.verb === 'SET'
          ? this.set(kind, text, word)
          : this.rows(kind, text, word)
    this.before = this.previous
    this.previous = word
    return found
  }

  /** The statement has ended: its kind, with nothing more to come. */
  end(): StatementKind {
    const isComplete = this.verb === 'CREATE' && this.object !== undefined
    return isComplete && this.name !== undefined ? this.created(this.name) : other
  }

  /** Rows may follow: then the bytes of the head are part of a fingerprint. */
  get mayBeRows(): boolean {
    return this.verb === '' || this.verb === 'INSERT' || this.verb === 'REPLACE'
  }

  /** INSERT [IGNORE] [INTO] name [(columns)] VALUES: the name comes before the columns, rows follow VALUES. */
  private rows(kind: TokenKind, text: string, word: string): StatementKind {
    if (this.name === undefined || this.previous === '.') {
      if (kind === 'name' || (kind === 'word' && !['LOW_PRIORITY', 'DELAYED', 'IGNORE', 'INTO'].includes(word))) {
        this.name = text
      }
      return open
    }
    return word === 'VALUES' || word === 'VALUE' ? { kind: 'rows', table: this.name } : open
  }

  private create(kind: TokenKind, text: string, word: string): StatementKind {
    if (this.object === undefined) return this.createWhat(kind, word)
    if (this.name !== undefined && this.previous !== '.' && word !== '.') return this.created(this.name)
    if (this.name !== undefined && word === '.') return open
    if (this.object === 'package' && word === 'BODY') this.object = 'package body'
    else if (kind === 'name' || (kind === 'word' && !['IF', 'NOT', 'EXISTS'].includes(word))) {
      this.name = nameOf(this.object, text, this.quoteMode)
    }
    return open
  }

  private createWhat(kind: TokenKind, word: string): StatementKind {
    const inDefiner = this.previous === '=' || this.previous === '@'
    if (kind === 'word' && !inDefiner) {
      this.object = objects.get(word)
      if (this.object === undefined && !attributes.has(word)) return other
    }
    if (this.object === undefined && word !== 'OR' && word !== 'REPLACE') this.hasAttributes = true
    return open
  }

  private created(name: string): StatementKind {
    let object = this.object ?? 'table'
    this.verb = 'done'
    // The final form always has ALGORITHM and DEFINER; a real table is never in a conditional comment.
    if (object === 'view' && !this.hasAttributes) object = 'placeholder'
    if (object === 'table' && this.conditional) object = 'placeholder'
    return { kind: 'object', object, name }
  }

  /** Bodies are dumped between `SET sql_mode = '…'` and `SET sql_mode = @saved_sql_mode`. */
  private set(kind: TokenKind, text: string, word: string): StatementKind {
    const sets = this.previous === '=' ? this.before : this.previous === 'NAMES' ? 'CHARACTER_SET_CLIENT' : ''
    if (sets === 'CHARACTER_SET_CLIENT') this.quoteMode.characterSet = word === '@' ? '' : text.toLowerCase()
    const assigns = sets === 'SQL_MODE'
    if (assigns && kind === 'string') {
      setSqlMode(this.quoteMode, text)
    } else if (assigns && word === '@') setSqlMode(this.quoteMode, '')
    return open
  }
}

/**
 * The name of an object as a token has it. Servers write the names of routines, triggers and events in UTF-8 also where
 * their text is in another character set: MySQL those of all three, MariaDB those of events.
 */
export function nameOf(object: string, text: string, { characterSet, asUtf8, isMariadb }: QuoteMode): string {
  if (isUtf8(characterSet) || asUtf8 === undefined) return text
  const isMixed = object === 'event' || (object !== 'view' && object !== 'table' && !isMariadb)
  return isMixed ? asUtf8 : text
}
