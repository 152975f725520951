import { mapAll, readAll } from '../../findings/read-all'
import { shown, wrongInput } from '../../findings/wrong-input'
import { UserError } from '../../runtime/errors'
import { systemSchemas } from '../../sources/mysql/client/system-schemas'
import { parseDumpOptions } from '../../sources/mysql/dump/dump-options'
import { matchesGlob, type TablePattern } from '../../sources/mysql/inventory/table-selection'
import type { DatabaseSettings } from '../../sources/mysql/plan/database-settings'
import { type InputReader, lines } from '../read'

/** The inputs `databases`, `exclude-tables`, `structure-only-tables` and `dump-options`. */
export function loadDatabase(read: InputReader): DatabaseSettings {
  const { chosen, exclude, structureOnly, dumpOptions } = readAll({
    chosen: () => readDatabases(read),
    exclude: () => readPatterns(read, 'exclude-tables'),
    structureOnly: () => readPatterns(read, 'structure-only-tables'),
    dumpOptions: () => parseDumpOptions(lines(read, 'dump-options')),
  })
  readAll({
    exclude: () => refuseForeign('exclude-tables', exclude, chosen),
    structureOnly: () => refuseForeign('structure-only-tables', structureOnly, chosen),
  })
  return { ...chosen, tables: { exclude, structureOnly }, dumpOptions }
}

const longestName = 64

type ChosenDatabases = Pick<DatabaseSettings, 'databases' | 'exceptDatabases'>

/** Names; or `*`, and `!name` for each that is not wanted. */
function readDatabases(read: InputReader): ChosenDatabases {
  const items = lines(read, 'databases')
  const isAll = items.includes('*')
  const names = mapAll(items, (item, index) => {
    if (items.indexOf(item) !== index) throw wrongInput('databases', 'name each database once', item)
    if (item === '*') return []
    if (!item.startsWith('!')) {
      if (isAll) {
        throw wrongInput('databases', 'be names, or "*" and "!name" lines', item, 'Keep either the names or the "*".')
      }
      return [readName(item, item)]
    }
    if (!isAll) {
      throw wrongInput(
        'databases',
        'have "!name" only beside "*"',
        item,
        'Add a line * to back up all others, or remove it.',
      )
    }
    return [readName(item.slice(1), item)]
  }).flat()
  return isAll ? { databases: 'all', exceptDatabases: names } : { databases: names, exceptDatabases: [] }
}

function readName(name: string, item: string): string {
  const refuse = (rule: string, fix?: string) => wrongInput('databases', rule, item, fix)
  if (name === '' || name !== name.trim()) throw refuse('have a name right after the "!"', 'As in: !shop_test')
  if (name.includes('*')) throw refuse('be full names, or "*" alone', 'Write each database on its own line.')
  if (/^`.*`$/.test(name)) throw refuse('be plain names', 'Remove the backticks.')
  if ([...name].length > longestName) throw refuse(`be names of at most ${longestName} characters`)
  if (systemSchemas.some(schema => schema === name.toLowerCase())) {
    throw refuse(
      'not name system databases',
      item === name
        ? 'This one belongs to the server itself and cannot be restored to another server or version. Remove it.'
        : 'The "*" takes none of them. Remove the line.',
    )
  }
  return name
}

function readPatterns(read: InputReader, name: string): TablePattern[] {
  const items = lines(read, name)
  return mapAll(items, (item, index) => {
    if (items.indexOf(item) !== index) throw wrongInput(name, 'name each pattern once', item)
    return parsePattern(name, item)
  })
}

function parsePattern(name: string, text: string): TablePattern {
  const rule = 'be patterns of the form table or database.table'
  if (text.includes('`')) throw wrongInput(name, rule, text, 'Remove the backticks.')
  const parts = text.split('.')
  if (parts.length > 2 || parts.some(part => part === '' || [...part].length > longestName)) {
    throw wrongInput(name, rule, text, 'For example: cache_* or shop.sessions')
  }
  const [first = '', table] = parts
  return table === undefined ? { text, table: first } : { text, database: first, table }
}

function refuseForeign(
  name: string,
  patterns: readonly TablePattern[],
  { databases, exceptDatabases }: ChosenDatabases,
): void {
  if (databases === 'all') {
    mapAll(patterns, ({ text, database }) => {
      if (database === undefined || !exceptDatabases.includes(database)) return
      throw wrongInput(name, `not name a database that "databases" takes out`, text, 'Remove one of the two.')
    })
    return
  }
  if (databases.length === 0 && patterns.length > 0) {
    throw new UserError(`Input "${name}" is set without "databases".`, {
      advice: 'Name the databases to dump, or remove this input.',
    })
  }
  mapAll(patterns, ({ text, database }) => {
    if (database === undefined || databases.some(each => matchesGlob(database, each))) return
    throw wrongInput(
      name,
      `name databases that "databases" lists, not ${shown(database)}`,
      text,
      `Listed: ${databases.map(shown).join(', ')}.`,
    )
  })
}
