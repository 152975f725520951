import type { DatabaseTrait } from '../../../repository/manifest/manifest'
import { formatSize } from '../../../runtime/text/format-size'
import type { DatabaseInventory } from '../inventory/inventory'
import { type ListedTrait, type TraitName, traitNames } from './trait'

/** How many names are recorded. */
const namedMax = 100

/** What a server of this flavour takes in one statement when nobody has changed its settings. */
export const stockPacketBytes = { mariadb: 16 * 2 ** 20, mysql: 64 * 2 ** 20 } as const

/** Engines that come with MySQL or MariaDB and are switched on. */
const stockEngines = /^(innodb|myisam|memory|csv|archive|mrg_myisam|blackhole|aria|sequence|performance_schema|)$/i

/**
 * The traits of a database for its manifest. `tables`: those that the dump has; `longestStatementBytes`: of the dump,
 * undefined before there is one.
 */
export function recordTraits(
  { tables: all, traits = [] }: Pick<DatabaseInventory, 'tables' | 'traits'>,
  request: { tables: ReadonlySet<string>; flavor: keyof typeof stockPacketBytes; longestStatementBytes?: number },
): DatabaseTrait[] {
  const { tables, flavor, longestStatementBytes } = request
  const kept = all.filter(({ kind, name }) => kind === 'table' && tables.has(name))
  const names = new Set(kept.map(({ name }) => name))
  const own = [
    ...traits.filter(({ table }) => table === undefined || names.has(table)).map(each => stockTrait(each, flavor)),
    ...kept.filter(({ engine }) => !stockEngines.test(engine)).map(({ name, engine }) => engineTrait(name, engine)),
  ]
  const found = traitNames.flatMap(trait => recorded(trait, own))
  if (longestStatementBytes === undefined) return found
  const others = found.filter(({ trait }) => trait !== 'long-statements')
  return longestStatementBytes < stockPacketBytes[flavor] ? others : [...others, longStatement(longestStatementBytes)]
}

function recorded(trait: TraitName, listed: readonly ListedTrait[]): DatabaseTrait[] {
  const having = listed.filter(each => each.trait === trait)
  const names = [...new Set(having.map(({ name }) => name))]
  const statements = [...new Set(having.flatMap(({ statement }) => statement ?? []))]
  if (names.length === 0) return []
  const shown = names.slice(0, namedMax)
  return [{ trait, count: names.length, names: shown, ...(statements.length === 0 ? {} : { statements }) }]
}

/** A stock MariaDB writes no binary log. */
function stockTrait(listed: ListedTrait, flavor: keyof typeof stockPacketBytes): ListedTrait {
  const isRefused = listed.trait === 'unsafe-functions' && flavor === 'mysql'
  return isRefused ? { ...listed, statement: 'SET GLOBAL log_bin_trust_function_creators=ON' } : listed
}

function engineTrait(table: string, engine: string): ListedTrait {
  return { trait: 'foreign-engines', table, name: `${table} (${engine})`, statement: undefined }
}

/** In whole steps, so that a few bytes more are no news. */
function longStatement(bytes: number): DatabaseTrait {
  const packetBytes = packetFor(bytes)
  return {
    trait: 'long-statements',
    count: 1,
    names: [`nearly ${formatSize(packetBytes)}`],
    statements: [`SET GLOBAL max_allowed_packet=${packetBytes};`, `max_allowed_packet=${packetBytes}`],
  }
}

/** The value of max_allowed_packet for a statement: a power of two, 1 GiB at most. */
export function packetFor(statementBytes: number): number {
  return Math.min(2 ** 30, 2 ** Math.ceil(Math.log2(statementBytes + 1024)))
}
