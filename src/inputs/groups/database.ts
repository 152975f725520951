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
  const { databases, exclude, structureOnly, dumpOptions } = readAll({
    databases: () => readDatabases(read),
    exclude: () => readPatterns(read, 'exclude-tables'),
    structureOnly: () => readPatterns(read, 'structure-only-tables'),
    dumpOptions: () => parseDumpOptions(lines(read, 'dump-options')),
  })
  readAll({
    exclude: () => refuseForeign('exclude-tables', exclude, databases),
    structureOnly: () => refuseForeign('structure-only-tables', structureOnly, databases),
  })
  return { databases, tables: { exclude, structureOnly }, dumpOptions }
}

const longestName = 64

function readDatabases(read: InputReader): 'all' | string[] {
  const names = lines(read, 'databases')
  if (names.length === 1 && names[0] === '*') return 'all'
  return mapAll(names, (name, index) => {
    if (name === '*') throw wrongInput('databases', 'be names, or "*" alone', name, 'Keep either the names or the "*".')
    if (name.includes('*')) {
      throw wrongInput('databases', 'be full names, or "*" alone', name, 'Write each database on its own line.')
    }
    if (/^`.*`$/.test(name)) throw wrongInput('databases', 'be plain names', name, 'Remove the backticks.')
    if ([...name].length > longestName) {
      throw wrongInput('databases', `be names of at most ${longestName} characters`, name)
    }
    if (systemSchemas.some(schema => schema === name.toLowerCase())) {
      throw wrongInput(
        'databases',
        'not name system databases',
        name,
        'This one belongs to the server itself and cannot be restored to another server or version. Remove it.',
      )
    }
    if (names.indexOf(name) !== index) throw wrongInput('databases', 'name each database once', name)
    return name
  })
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

function refuseForeign(name: string, patterns: readonly TablePattern[], databases: 'all' | string[]): void {
  if (databases === 'all') return
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
