import { type Finding, problem } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import type { DatabaseInventory } from '../inventory/inventory'
import type { ServerInventory } from '../inventory/parse-inventory'
import { selectTables } from '../inventory/table-selection'
import type { DatabaseRequest } from './database-settings'
import { dumpDefaultProblems } from './dump-default-problems'

/** The requested databases of the server, in the order of the input, or of the server for `*`. */
export function chosenDatabases(inputs: DatabaseRequest, found: ServerInventory): DatabaseInventory[] {
  const listed = found.inventory.databases
  if (inputs.databases === 'all') return listed
  return inputs.databases.flatMap(name => listed.filter(database => database.name === name))
}

/** Where the server does not match the requested databases. */
export function databaseProblems(inputs: DatabaseRequest, found: ServerInventory): Finding[] {
  return [...dumpDefaultProblems(found), ...missingProblems(inputs, found), ...emptyProblems(inputs, found)]
}

function missingProblems(inputs: DatabaseRequest, found: ServerInventory): Finding[] {
  const listed = found.inventory.databases
  const fix = 'Check "databases" and the grants of the database user.'
  if (inputs.databases === 'all') {
    if (listed.length > 0) return []
    return [problem('database-missing', 'The database user sees no database but the system schemas.', fix)]
  }
  return inputs.databases
    .filter(name => !listed.some(database => database.name === name))
    .map(name =>
      problem(
        'database-missing',
        `The database ${JSON.stringify(name)} does not exist on the server, or the database user may not see it; it sees: ${similarFirst(name, found.visible)}.`,
        fix,
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
