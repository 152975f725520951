import type { TokenKind } from '../lexer/sql-token'
import { TokenWindow } from '../lexer/token-window'
import { NameSet, objectsMax } from '../name-set'
import type { StatementKind } from '../statements/dump-statement'
import { isAboutHeld } from './left-out'

/** What an ALTER or DROP statement is about, by its tokens so far. `held`: only what is held back. */
export type ShortStatement = 'open' | 'held' | 'needed'

/** The longest that is left out: DROP TABLE IF EXISTS name. */
const longest = 5

/**
 * Finds statements that do nothing where a dump is imported into an empty database, each of which opens the table once
 * more: DROP TABLE of one that is not there, and the keys of InnoDB, which cannot be disabled.
 */
export class NeedlessStatements {
  /** The table that was created last, and its engine in capitals. */
  private table = ''
  private engine = ''
  private readonly before = new TokenWindow()
  /** Tables in the place of views, in old dumps: they are dropped for these. */
  private readonly placeholders = new NameSet(objectsMax, 'views')
  /** Of the current ALTER or DROP; `n` is a name. */
  private words: string[] = []
  private name = ''

  /** The kind of a statement is known. */
  statement(found: StatementKind): void {
    if (found.kind !== 'object') return
    if (found.object === 'placeholder') this.placeholders.add(found.name)
    this.table = found.object === 'table' ? found.name : ''
    this.engine = ''
  }

  /** A token of the CREATE TABLE. */
  tableToken(kind: TokenKind, text: string): void {
    if (this.before.endsWith('ENGINE') && text !== '=') this.engine = text.toUpperCase()
    this.before.push(TokenWindow.token(kind, text))
  }

  /** The next token of an ALTER or DROP. */
  read(kind: TokenKind, text: string): ShortStatement {
    this.words.push(kind === 'name' ? 'n' : text.toUpperCase())
    if (kind === 'name') this.name = text
    const [verb = '', second] = this.words
    if (second !== undefined && isAboutHeld(verb, second)) return 'held'
    return this.words.length > longest || (second !== undefined && second !== 'TABLE') ? 'needed' : 'open'
  }

  /** The statement has ended. Whether it is not needed. */
  end(): boolean {
    const statement = this.words.join(' ')
    const { name } = this
    this.words = []
    this.name = ''
    if (statement === 'DROP TABLE IF EXISTS n') return !this.placeholders.has(name)
    const isAboutKeys = /^ALTER TABLE n (?:DIS|EN)ABLE KEYS$/.test(statement)
    return isAboutKeys && name === this.table && this.engine === 'INNODB'
  }
}
