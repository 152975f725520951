import { listed as listedNames } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { DatabaseInventory } from '../inventory/inventory'
import type { DumpContent } from './dump-content'

/** An object that only one side has. `name` of a routine: `procedure name`, `function name`, `library name` … */
export interface InventoryDifference {
  kind: 'table' | 'view' | 'trigger' | 'routine' | 'event'
  name: string
  missing: 'in the dump' | 'on the server'
}

/**
 * Compares a dump with what the server listed. Excluded tables and their triggers are expected to be absent; sequences
 * are tables. Names of triggers, routines and events ignore case on the server, those of tables and views do not.
 */
export function compareInventory(options: {
  listed: DatabaseInventory
  dumped: DumpContent
  excludedTables: ReadonlySet<string>
}): InventoryDifference[] {
  const { listed, dumped, excludedTables } = options
  const kept = listed.tables.filter(table => !excludedTables.has(table.name))
  const tables = kept.filter(table => table.kind !== 'view').map(table => table.name)
  const views = kept.filter(table => table.kind === 'view').map(table => table.name)
  const triggers = listed.triggers.filter(({ table }) => !excludedTables.has(table)).map(({ name }) => name)
  const routines = listed.routines.map(({ kind, name }) => `${kind} ${name}`)
  const dumpedTables = dumped.tables.map(({ name }) => name)
  return [
    ...difference('table', tables, dumpedTables, exact),
    ...difference('view', views, dumped.views, exact),
    ...difference('trigger', triggers, dumped.triggers, withoutCase),
    ...difference('routine', routines, dumped.routines, withoutCase),
    ...difference('event', listed.events, dumped.events, withoutCase),
  ]
}

const exact = (name: string) => name
const withoutCase = (name: string) => name.toLowerCase()

/** For a message: the first few by name, the rest as a number. No full stop. */
export function describeDifferences(differences: readonly InventoryDifference[]): string {
  const sentences = differences.map(({ kind, name, missing }) => `${kind} ${quotedName(name)} is missing ${missing}`)
  return listedNames(sentences, 5)
}

/** Identical names are matched first, so that `Tr` does not hide a missing `tr`. */
function difference(
  kind: InventoryDifference['kind'],
  listed: readonly string[],
  dumped: readonly string[],
  fold: (name: string) => string,
): InventoryDifference[] {
  const onlyListed = without(listed, dumped, exact)
  const onlyDumped = without(dumped, listed, exact)
  return [
    ...without(onlyListed, onlyDumped, fold).map(name => ({ kind, name, missing: 'in the dump' as const })),
    ...without(onlyDumped, onlyListed, fold).map(name => ({ kind, name, missing: 'on the server' as const })),
  ]
}

function without(names: readonly string[], others: readonly string[], fold: (name: string) => string): string[] {
  const known = new Set(others.map(fold))
  return names.filter(name => !known.has(fold(name)))
}
