import type { Token, TokenWindow } from '../lexer/token-window'
import { featuresMax, NameSet } from '../name-set'

/** After these a statement names its sources, no longer its target. */
const headEnds = new Set(['AS', 'VALUES', 'VALUE', 'FOR', 'SCHEDULE', 'SELECT', 'SET', 'DO', '('])

const strangersLimit = 5

/** Finds the definers and databases that the heads of statements name. */
export class StatementHeads {
  readonly definers = new NameSet(featuresMax, 'definers')
  readonly strangers = new Set<string>()
  /** Of those in whose heads an import puts its target in place of the database, or that it leaves out. */
  readonly replaced = new Set<string>()
  usesDatabase: string | undefined

  private inHead = true
  private verb = ''
  private namesDatabase = false
  private isReplaced = false
  private definer: string | undefined

  reset(): void {
    this.inHead = true
    this.verb = ''
    this.namesDatabase = false
    this.isReplaced = false
    this.definer = undefined
  }

  /** `before`: the preceding tokens of the statement. */
  read(token: Token, before: TokenWindow): void {
    if (!this.inHead) return
    if (this.verb === '') {
      this.verb = token.word
      this.namesDatabase = this.verb === 'USE'
    } else if (token.word === 'DATABASE' || token.word === 'SCHEMA') this.namesDatabase = true
    else if (this.namesDatabase) this.readDatabase(token)
    this.readDefiner(token, before)
    const isQualifier = before.get().kind !== 'symbol' && before.get(1).word !== '@' && before.get(1).word !== '.'
    this.isReplaced ||= token.word === 'TRIGGER' || (this.verb === 'ALTER' && this.namesDatabase)
    if (token.word === '.' && isQualifier && !/^\d/.test(before.get().text)) this.addStranger(before.get().text)
    // CURRENT_USER() is a definer.
    if (headEnds.has(token.word) && before.get().word !== 'CURRENT_USER') this.inHead = false
  }

  private readDatabase(token: Token): void {
    if (['IF', 'NOT', 'EXISTS'].includes(token.word)) return
    this.namesDatabase = false
    const isName = token.kind === 'name' || token.kind === 'word'
    // ALTER DATABASE without a name changes the current one.
    if (!isName || ['DEFAULT', 'CHARACTER', 'CHARSET', 'COLLATE'].includes(token.word)) return
    const isOwn = this.verb === 'USE' || this.verb === 'CREATE'
    if (isOwn) this.usesDatabase ??= token.text
    if (!isOwn || token.text !== this.usesDatabase) this.addStranger(token.text)
  }

  /** DEFINER = user[@host] */
  private readDefiner(token: Token, before: TokenWindow): void {
    const isHost = before.get().word === '@'
    if (this.definer !== undefined && (isHost || token.word !== '@')) {
      this.definers.add(isHost && token.text !== '' ? `${this.definer}@${token.text}` : this.definer)
      this.definer = undefined
    }
    if (before.get().word !== '=' || before.get(1).word !== 'DEFINER') return
    if (!token.word.startsWith('CURRENT_')) this.definer = token.text
  }

  private addStranger(name: string): void {
    const names = this.isReplaced ? this.replaced : this.strangers
    if (names.size < strangersLimit) names.add(name)
  }
}
