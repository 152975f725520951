import type { DatabaseInventory } from './inventory'

/** `table` or `database.table`; `*` matches any run of characters. Letter case counts. */
export interface TablePattern {
  /** As the user wrote it. */
  text: string
  /** Undefined: in every database. */
  database?: string
  table: string
}

/** Which tables, or which rows, a dump leaves out. */
export interface TableFilters {
  exclude: readonly TablePattern[]
  structureOnly: readonly TablePattern[]
}

/** Names of one database, in the order of its inventory; no name is in both lists. */
export interface TableSelection {
  /** Tables, views and sequences. */
  excluded: string[]
  /** Tables that are dumped without their rows. */
  structureOnly: string[]
}

/** Applies the filters to one database. Exclusion wins; only real tables can be structure-only. */
export function selectTables(filters: TableFilters, database: DatabaseInventory): TableSelection {
  const selection: TableSelection = { excluded: [], structureOnly: [] }
  for (const { name, kind } of database.tables) {
    const isMatch = (pattern: TablePattern): boolean => matches(pattern, database.name, name)
    if (filters.exclude.some(isMatch)) selection.excluded.push(name)
    else if (kind === 'table' && filters.structureOnly.some(isMatch)) selection.structureOnly.push(name)
  }
  return selection
}

/** The patterns, as written, that match nothing in any database: probably misspelled. */
export function unmatchedPatterns(filters: TableFilters, databases: readonly DatabaseInventory[]): string[] {
  const matchesNone = (pattern: TablePattern, kinds: readonly string[]): boolean =>
    !databases.some(({ name, tables }) =>
      tables.some(table => kinds.includes(table.kind) && matches(pattern, name, table.name)),
    )
  const unmatched = [
    ...filters.exclude.filter(pattern => matchesNone(pattern, ['table', 'view', 'sequence'])),
    ...filters.structureOnly.filter(pattern => matchesNone(pattern, ['table'])),
  ]
  return [...new Set(unmatched.map(pattern => pattern.text))]
}

/** `*` matches any run of characters, also an empty one. The time is linear in the number of stars. */
export function matchesGlob(glob: string, name: string): boolean {
  const [head = '', ...rest] = glob.split('*')
  const tail = rest.pop()
  if (tail === undefined) return name === glob
  if (!name.startsWith(head) || name.length < head.length + tail.length || !name.endsWith(tail)) return false
  const end = name.length - tail.length
  let position = head.length
  for (const part of rest) {
    const found = name.indexOf(part, position)
    if (found === -1 || found + part.length > end) return false
    position = found + part.length
  }
  return true
}

function matches(pattern: TablePattern, database: string, table: string): boolean {
  return matchesGlob(pattern.database ?? '*', database) && matchesGlob(pattern.table, table)
}
