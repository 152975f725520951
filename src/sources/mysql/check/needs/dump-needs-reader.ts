import type { QuoteMode, TokenKind } from '../lexer/sql-token'
import { TokenWindow } from '../lexer/token-window'
import { featuresMax, NameSet } from '../name-set'
import type { StatementKind } from '../statements/dump-statement'
import { StatementHeads } from '../statements/statement-heads'
import { UsualStatements } from '../statements/usual-statements'
import type { DumpNeeds } from './dump-needs'
import { NamedFeatures } from './named-features'

/** Collects what a dump needs, from the tokens of its statements; rows are not read. */
export class DumpNeedsReader {
  private readonly heads = new StatementHeads()
  private readonly features = new NamedFeatures()
  private readonly before = new TokenWindow()
  private readonly usual: UsualStatements
  private verb = ''
  private known: StatementKind = { kind: 'open' }
  private hasGtidPurged = false
  private readonly references = new NameSet(featuresMax, 'databases')

  constructor(quoteMode: QuoteMode) {
    this.usual = new UsualStatements(quoteMode)
  }

  token(kind: TokenKind, text: string): void {
    const token = TokenWindow.token(kind, text)
    if (this.verb === '') this.verb = token.word
    this.heads.read(token, this.before)
    this.usual.token(token)
    if (this.verb !== 'SET') {
      this.features.read(token, this.before, this.known.kind === 'object' ? this.known.object : undefined)
    } else {
      this.features.readSetting(token, this.before)
      if (token.word === 'GTID_PURGED') this.hasGtidPurged = true
    }
    if (token.word === '.' && this.before.get(1).word === 'REFERENCES') this.references.add(this.before.get().text)
    this.before.push(token)
  }

  /** The kind of the statement is known. */
  statement(known: StatementKind): void {
    this.known = known
  }

  /** Something other than rows among the rows. */
  oddRows(what: string): void {
    this.usual.report(what)
  }

  /** `hidesText`: of the lexer's conditional comments. */
  end(hidesText: boolean): void {
    this.usual.end(this.known, hidesText)
    this.verb = ''
    this.known = { kind: 'open' }
    this.heads.reset()
    this.before.clear()
  }

  finish(longestStatementBytes: number): DumpNeeds {
    return {
      definers: [...this.heads.definers],
      collations: [...this.features.collations],
      characterSets: [...this.features.characterSets],
      engines: [...this.features.engines],
      tablespaces: [...this.features.tablespaces],
      folders: [...this.features.folders],
      longestStatementBytes,
      hasGtidPurged: this.hasGtidPurged,
      usesDatabase: this.heads.usesDatabase,
      references: [...this.references],
      strangers: [...this.heads.strangers],
      replaced: [...this.heads.replaced],
      unusual: this.usual.unusual,
    }
  }
}
