import type { Token, TokenWindow } from '../lexer/token-window'
import { featuresMax, NameSet } from '../name-set'
import type { DumpObject } from '../statements/dump-statement'

/** Written by people, not by the server: any word in it may be a name. */
const typed: ReadonlySet<DumpObject> = new Set([
  'trigger',
  'event',
  'procedure',
  'function',
  'package',
  'package body',
  'library',
])

/** What precedes CHARSET in a type. */
const textTypes = new Set([')', 'CHAR', 'VARCHAR', 'TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'ENUM', 'SET'])

/** Finds the character sets, collations and storage engines that statements name. */
export class NamedFeatures {
  readonly collations = new NameSet(featuresMax, 'collations')
  readonly characterSets = new NameSet(featuresMax, 'character sets')
  readonly engines = new NameSet(featuresMax, 'storage engines')
  readonly tablespaces = new NameSet(featuresMax, 'tablespaces')
  readonly folders = new NameSet(featuresMax, 'folders')

  /** `object`: what the statement creates, once known. */
  read(token: Token, before: TokenWindow, object: DumpObject | undefined): void {
    const isTyped = object !== undefined && typed.has(object)
    const { kind, text } = before.get()
    if (token.kind === 'string' && kind === 'word' && text.startsWith('_') && !isTyped) {
      add(this.characterSets, text.slice(1))
    }
    if (token.kind === 'symbol' || token.word === 'DEFAULT' || token.word === 'NULL') return
    if (before.endsWith('COLLATE')) add(this.collations, token.text)
    else if (this.namesCharacterSet(before, object, isTyped)) add(this.characterSets, token.text)
    else if (!isTyped && before.endsWith('ENGINE')) this.engines.add(token.text)
    else if (object === 'table' && before.endsWith('TABLESPACE')) this.tablespaces.add(token.text)
    else if (object === 'table' && token.kind === 'string' && before.endsWith('DIRECTORY')) this.folders.add(token.text)
  }

  /** In `SET variable = value, …` and `SET NAMES value`. */
  readSetting(token: Token, before: TokenWindow): void {
    if (token.kind === 'symbol' || token.word === 'DEFAULT' || token.word === 'NULL') return
    const { word } = before.get()
    const variable = word === '=' ? before.get(1).word : ''
    if (word === 'NAMES' || before.endsWith('CHARACTER', 'SET') || variable.startsWith('CHARACTER_SET_')) {
      add(this.characterSets, token.text)
    } else if (word === 'COLLATE' || variable.startsWith('COLLATION_')) add(this.collations, token.text)
  }

  private namesCharacterSet(before: TokenWindow, object: DumpObject | undefined, isTyped: boolean): boolean {
    if (before.endsWith('CHARACTER', 'SET')) return true
    if (before.endsWith('CHARSET')) return !isTyped || textTypes.has(before.beforeLast().word)
    // CONVERT(… USING …), as the server writes it in views.
    return object === 'view' && before.get().word === 'USING'
  }
}

function add(names: Set<string>, name: string): void {
  if (/^[A-Za-z0-9_]{1,64}$/.test(name)) names.add(name.toLowerCase())
}
