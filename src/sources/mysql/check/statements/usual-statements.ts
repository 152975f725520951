import { backslashSets } from '../../client/backslash-sets'
import type { QuoteMode } from '../lexer/sql-token'
import type { Token } from '../lexer/token-window'
import { BulkLoadIdiom } from './bulk-load-idiom'
import { type DumpObject, isBody, type StatementKind } from './dump-statement'

/** Kinds of statements that are reported. */
const reportedAtMost = 10

/** In tokens: `INSERT INTO`, a name and the columns of the widest table. Other shapes are shorter, or do not matter. */
const shapeLimit = 2 * 4096 + 16

const name = '[nw](?: \\. [nw])?'
const value = "(?:@ @ (?:(?:SESSION|LOCAL|GLOBAL) \\. )?w|@ w|'|(?:[-+] )?(?:w|ON|DEFAULT))"
const systemVariable = '(?:@ @ (?:(?:SESSION|LOCAL) \\. )?|(?:SESSION |LOCAL )?)w'
const assignment = `(?:${systemVariable} = ${value}|@ w = @ @ (?:(?:SESSION|LOCAL|GLOBAL) \\. )?w)`
const sequence = `SETVAL \\( ${name}(?: , (?:- )?w)+ \\)`

/**
 * What `mysqldump` and `mariadb-dump` write for one database: `client/mysqldump` of MySQL 5.5 to 9 and of MariaDB up to
 * 12. `n`: a quoted name, `'`: a string, `w`: any word that no shape names.
 */
const shapes: readonly RegExp[] = [
  `SET ${assignment}(?: , ${assignment})*`,
  "SET NAMES [w'](?: COLLATE [w'])?",
  "SET (?:CHARACTER SET|CHARSET) [w']",
  "SET @ @ GLOBAL \\. GTID_PURGED =(?: ')+",
  '(?:DROP|DROP TEMPORARY) (?:TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|SEQUENCE|PACKAGE|PACKAGE BODY|LIBRARY) .*',
  `ALTER DATABASE (?:[nw] )?(?:DEFAULT )?CHARACTER SET (?:= )?w(?: (?:DEFAULT )?COLLATE (?:= )?w)?`,
  `ALTER TABLE ${name} (?:DISABLE|ENABLE) KEYS`,
  // Percona's --innodb-optimize-keys.
  `ALTER TABLE ${name} ADD (?!.*\\b(?:RENAME|EXCHANGE|DISCARD|IMPORT|SELECT)\\b).*`,
  `ANALYZE TABLE ${name} UPDATE HISTOGRAM ON n(?: , n)* WITH w BUCKETS(?: (?:AUTO|MANUAL) UPDATE)?`,
  `(?:INSERT|REPLACE)(?: (?:LOW_PRIORITY|DELAYED|IGNORE))*(?: INTO)? ${name}(?: \\( [nw](?: , [nw])* \\))? VALUES?`,
  `LOCK TABLES? .*`,
  'UNLOCK TABLES?',
  `DO ${sequence}`,
  `SELECT ${sequence}`,
  'COMMIT',
  'BEGIN',
  'START TRANSACTION(?: WITH CONSISTENT SNAPSHOT)?',
  // For these, the databases that they name are checked.
  'USE [nw]',
  'CREATE (?:DATABASE|SCHEMA) .*',
].map(shape => new RegExp(`^${shape}$`))

/** By their verb. */
const shapesOf = Map.groupBy(shapes, ({ source }) => /[A-Z]+/.exec(source)?.[0] ?? '')

/** Words that shapes name; every other one is a `w`. */
const shapeWords = new Set(shapes.flatMap(({ source }) => source.match(/[A-Z_]{2,}/g) ?? []))

/** Words that change the meaning of a usual statement or of a variable. */
const otherWords = new Set(['GLOBAL', 'PERSIST', 'PERSIST_ONLY', 'PASSWORD', 'ROLE', 'STATEMENT', 'SELECT', 'INTO'])

/** Around an object both tools set these to what its session had. */
const objectSets = new Set(['CHARACTER_SET_CLIENT', 'CHARACTER_SET_RESULTS'])

/** Finds statements that no dump tool writes for one database: they may do anything with the rights of the importer. */
export class UsualStatements {
  private readonly found = new Set<string>()
  private readonly quoteMode: QuoteMode
  private readonly bulkLoad = new BulkLoadIdiom()
  private shape: string[] = []
  private words: string[] = []
  private hasSelect = false
  private hasOddValue = false
  /** The variable that is set. */
  private variable = ''

  /** `quoteMode`: the current one, which changes. */
  constructor(quoteMode: QuoteMode) {
    this.quoteMode = quoteMode
  }

  /** Each in a few words, in order. */
  get unusual(): string[] {
    return [...this.found]
  }

  token(token: Token): void {
    this.bulkLoad.token(token)
    if (token.word === 'SELECT') this.hasSelect = true
    if (token.kind === 'word' && this.words.length < 4) this.words.push(token.word)
    if (this.words[0] === 'SET') this.readSetting(token)
    if (this.shape.length <= shapeLimit) this.shape.push(shapeOf(token))
  }

  /** `hidesText`: the statement has a comment that some servers skip and others do not. */
  end(known: StatementKind, hidesText: boolean): void {
    const isBulkLoad = this.bulkLoad.end()
    const isUsual = !hidesText && (isBulkLoad || this.isUsual(known))
    if (this.shape.length > 0 && !isUsual) this.report(this.label())
    this.shape = []
    this.words = []
    this.hasSelect = false
    this.hasOddValue = false
  }

  report(label: string): void {
    if (this.found.size < reportedAtMost) this.found.add(label)
  }

  private isUsual(known: StatementKind): boolean {
    if (backslashSets.has(this.quoteMode.characterSet) && !this.isAboutCode(known)) return false
    if (known.kind === 'object') return this.isUsualObject(known.object)
    const [verb = ''] = this.words
    const isInsert = verb === 'INSERT' || verb === 'REPLACE'
    if (this.hasOddValue || this.shape.length > shapeLimit || (isInsert && known.kind !== 'rows')) return false
    const shape = this.shape.join(' ')
    return shapesOf.get(verb === 'REPLACE' ? 'INSERT' : verb)?.some(each => each.test(shape)) === true
  }

  /** In such a character set rows would be misread: both tools set it only around an object with code. */
  private isAboutCode(known: StatementKind): boolean {
    return known.kind === 'object' ? known.object === 'view' || isBody(known.object) : this.words[0] === 'SET'
  }

  private isUsualObject(object: DumpObject): boolean {
    // CREATE TABLE … SELECT, also in a comment, as for the placeholder of a view.
    if (this.words.slice(0, 2).join(' ') === 'CREATE TABLE') return !this.hasSelect
    // A loadable function (CREATE FUNCTION … SONAME) has no parameters.
    return object !== 'function' || this.shape.includes('(')
  }

  private readSetting({ kind, text, word }: Token): void {
    const last = this.shape.at(-1)
    const isForCode = kind === 'word' && last === '=' && objectSets.has(this.variable)
    if (kind !== 'symbol' && !isForCode && backslashSets.has(text.toLowerCase())) this.hasOddValue = true
    // A special mode that is saved here would be taken for the usual one when it is restored.
    const isSpecial = this.quoteMode.ansiQuotes || this.quoteMode.noBackslashEscapes
    if (word === 'SQL_MODE' && last === '@' && isSpecial) this.hasOddValue = true
    // A number or DEFAULT may be any mode.
    if (last === '=' && this.variable === 'SQL_MODE' && kind !== 'string' && word !== '@') this.hasOddValue = true
    if (word !== '=') this.variable = word
  }

  private label(): string {
    const [verb = '', ...others] = this.words
    const what = others.find(word => !['OR', 'REPLACE', 'IF', 'NOT', 'EXISTS'].includes(word))
    return what === undefined || !/^[A-Z_]{1,30}$/.test(what) ? verb : `${verb} ${what}`
  }
}

function shapeOf({ kind, word }: Token): string {
  if (kind === 'name') return 'n'
  if (kind === 'string') return "'"
  if (kind === 'symbol') return word
  return shapeWords.has(word) || otherWords.has(word) ? word : 'w'
}
