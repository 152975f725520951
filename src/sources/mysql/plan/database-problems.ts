import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { plural } from '../../../runtime/text/format-count'
import { quotedIdentifier } from '../client/sql-names'
import type { DatabaseInventory } from '../inventory/inventory'
import type { ServerInventory } from '../inventory/parse-inventory'
import { selectTables } from '../inventory/table-selection'
import type { DatabaseRequest } from './database-settings'
import { dumpDefaultProblems } from './dump-default-problems'
import { dumpToolProblems } from './dump-tool-problems'

/** The requested databases of the server, in the order of the input, or of the server for `*`. */
export function chosenDatabases(inputs: DatabaseRequest, found: ServerInventory): DatabaseInventory[] {
  const listed = found.inventory.databases
  if (inputs.databases === 'all') {
    return listed.filter(({ name }) => !isStrayFolder(name) && !inputs.exceptDatabases.includes(name))
  }
  return inputs.databases.flatMap(name => listed.filter(database => database.name === name))
}

/**
 * A folder in the data folder that no database server made, such as the `lost+found` of a disk: MariaDB and MySQL 5.7 list
 * it under this name, since its own has characters that they would encode.
 */
function isStrayFolder(name: string): boolean {
  return name.startsWith('#mysql50#')
}

/** What `*` does not take, for the log. */
export function skippedDatabases(inputs: DatabaseRequest, found: ServerInventory): string[] {
  if (inputs.databases !== 'all') return []
  const names = found.inventory.databases.map(({ name }) => name)
  return [
    ...inputs.exceptDatabases
      .filter(name => names.includes(name))
      .map(name => `database ${JSON.stringify(name)}: left out by "databases"`),
    ...strayFolders(inputs, found)
      .filter(({ tables }) => tables.length === 0)
      .map(({ name }) => `${JSON.stringify(name)}: left out, since it is a folder and not a database`),
  ]
}

function strayFolders(inputs: DatabaseRequest, found: ServerInventory): DatabaseInventory[] {
  return found.inventory.databases.filter(({ name }) => isStrayFolder(name) && !inputs.exceptDatabases.includes(name))
}

/** Where the server does not match the requested databases. */
export function databaseProblems(inputs: DatabaseRequest, found: ServerInventory): Finding[] {
  return [
    ...dumpDefaultProblems(found),
    ...dumpToolProblems(found.inventory, chosenDatabases(inputs, found)),
    ...missingProblems(inputs, found),
    ...exceptionProblems(inputs, found),
    ...emptyProblems(inputs, found),
  ]
}

/** With `*`: what is to be left out and is not there, and folders with tables whose names the server cannot use. */
function exceptionProblems(inputs: DatabaseRequest, found: ServerInventory): Finding[] {
  if (inputs.databases !== 'all') return []
  const names = found.inventory.databases.map(({ name }) => name)
  const unmatched = inputs.exceptDatabases.filter(name => !names.includes(name))
  const odd = strayFolders(inputs, found).filter(({ tables }) => tables.length > 0)
  return [
    ...unmatched.map(name =>
      warning(
        'pattern-without-match',
        `The line ${JSON.stringify(`!${name}`)} of "databases" takes nothing out: the database user sees no database of this name; it sees: ${similarFirst(name, names)}.`,
        'Check its spelling, letter case included, or remove it.',
      ),
    ),
    ...odd.map(({ name, tables }) =>
      problem(
        'database-unnamed',
        `The database ${JSON.stringify(name)} with ${plural(tables.length, 'table')} cannot be backed up: its folder has a name that the server does not encode.`,
        `Give it a name that can be used, as an administrator of the database, move it out of the data folder, or take it out with a line !${name}:\nALTER DATABASE ${quotedIdentifier(name)} UPGRADE DATA DIRECTORY NAME;`,
      ),
    ),
  ]
}

function missingProblems(inputs: DatabaseRequest, found: ServerInventory): Finding[] {
  const { databases: listed } = found.inventory
  const fix = 'Check "databases" and the grants of the database user.'
  if (inputs.databases === 'all') {
    if (chosenDatabases(inputs, found).length > 0) return []
    const but =
      inputs.exceptDatabases.length === 0
        ? 'the system schemas'
        : 'the system schemas and those that "databases" takes out'
    return [problem('database-missing', `The database user sees no database but ${but}.`, fix)]
  }
  return inputs.databases
    .filter(name => !listed.some(database => database.name === name))
    .map(name =>
      problem(
        'database-missing',
        `The database ${JSON.stringify(name)} does not exist on the server, or the database user may not see it; it sees: ${similarFirst(name, found.visible)}.`,
        /[,;]/.test(name) ? `Write each database on a line of its own. ${fix}` : fix,
      ),
    )
}

/** The most similar beginnings first: a misspelt name is probably among them. */
function similarFirst(wanted: string, names: readonly string[]): string {
  const alike = (name: string) => {
    let length = 0
    while (length < name.length && name[length] === wanted[length]) length++
    return length
  }
  const sorted = [...names].sort((one, other) => alike(other) - alike(one) || (one < other ? -1 : 1))
  const shown = sorted.map(name => JSON.stringify(name))
  return listed(shown, 20)
}

function emptyProblems(inputs: DatabaseRequest, found: ServerInventory): Finding[] {
  if (inputs.allowEmpty) return []
  return chosenDatabases(inputs, found).flatMap(database => {
    const { excluded } = selectTables(inputs.tables, database)
    if (database.tables.length > excluded.length) return []
    const what =
      database.tables.length === 0
        ? 'has no tables that the database user may see'
        : 'is left without tables by "exclude-tables"'
    return problem(
      'database-empty',
      `The database ${JSON.stringify(database.name)} ${what}.`,
      'If an empty backup is right, set "allow-empty: true".',
    )
  })
}
