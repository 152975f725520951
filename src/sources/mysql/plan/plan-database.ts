import { type Finding, warning } from '../../../findings/finding'
import { listed as listedNames } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import { encodedBy } from '../../../pipeline/codec'
import type { DatabaseAccount } from '../../../repository/manifest/manifest'
import { artifactKey, artifactName } from '../../../repository/names/keys'
import { quotedIdentifier } from '../client/sql-names'
import { type DumpArguments, dumpArguments } from '../dump/dump-arguments'
import { accountsOf } from '../inventory/accounts'
import type { DatabaseInventory, Flavor } from '../inventory/inventory'
import type { ServerInventory } from '../inventory/parse-inventory'
import { selectTables, type TableSelection, unmatchedPatterns } from '../inventory/table-selection'
import type { DatabaseSettings, DumpSettings } from './database-settings'
import { planVisibility, type Visibility } from './plan-visibility'

/** What to dump of one database, and its key in the store. */
export interface DatabasePlan {
  name: string
  key: string
  /** Of the server. */
  flavor: Flavor
  listed: DatabaseInventory
  selection: TableSelection
  arguments: DumpArguments
  /** The dump tool does not look for triggers: whether there are none is asked again when it has ended. */
  hasNoTriggers: boolean
  /** Who has rights on it; undefined when the login may not see that. */
  accounts: DatabaseAccount[] | undefined
  /** An upper bound of the dump's size, from the server's estimate. */
  expectedBytes: number
}

/** From here on a question for the triggers of each costs more than one for all after the dump. */
const manyTables = 1_000

/** An upper bound: hex-blob doubles binary columns, and text is larger than pages. Measured dumps stay below it. */
export function expectedDumpBytes({ tables }: DatabaseInventory): number {
  return tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * 2.5
}

/** What to dump of one database, and what its user may not see of it. `options`: more for the dump tool. */
export function planDatabase(
  inputs: DumpSettings,
  slot: string,
  found: ServerInventory,
  listed: DatabaseInventory,
  { isOnlyOne, options }: { isOnlyOne: boolean; options: readonly string[] },
): { plan: DatabasePlan; visibility: Visibility } {
  const visibility = planVisibility(inputs, found.inventory, listed, selectTables(inputs.tables, listed))
  const { selection } = visibility
  const name = artifactName('database', isOnlyOne ? undefined : listed.name)
  const hasNoTriggers = listed.tables.length >= manyTables && listed.triggers.length === 0
  const plan = {
    name,
    key: dumpKey(inputs, slot, name),
    flavor: found.inventory.server.flavor,
    listed: visibility.listed,
    selection,
    arguments: dumpArguments({
      database: listed.name,
      selection,
      extra: [...inputs.dumpOptions, ...options, ...visibility.options],
      canIgnoreTableData: found.canIgnoreTableData,
      hasNoTriggers,
    }),
    hasNoTriggers,
    accounts: accountsOf(found.inventory, listed.name),
    expectedBytes: expectedDumpBytes(listed),
  }
  return { plan, visibility }
}

/** Where the dump of this name goes. */
export function dumpKey(
  { s3, compression, encryptTo }: Pick<DumpSettings, 's3' | 'compression' | 'encryptTo'>,
  slot: string,
  name: string,
): string {
  return artifactKey(s3.prefix, slot, name, 'database', encodedBy(compression, encryptTo))
}

const namedAtMost = 10

/** Patterns without effect, and tables whose rows may be inconsistent. */
export function planWarnings(
  { tables }: Pick<DatabaseSettings, 'tables'>,
  databases: readonly DatabaseInventory[],
): Finding[] {
  const unmatched = unmatchedPatterns(tables, databases).map(pattern =>
    warning(
      'pattern-without-match',
      `The table pattern ${JSON.stringify(pattern)} matches nothing.`,
      'Check its spelling in "exclude-tables" and "structure-only-tables", or remove it.',
    ),
  )
  const ambiguous = databases.flatMap(({ name, ambiguous }) => ambiguous.map(object => `${object} of ${name}`))
  const unmade = ambiguous.length === 0 ? [] : [ambiguousWarning(ambiguous)]
  const loose = nonTransactionalTables(databases)
  if (loose.length === 0) return [...unmatched, ...unmade]
  const names = loose.map(({ database, name, engine }) => `${database}.${name} (${engine || 'no engine'})`)
  const statements = loose.map(
    ({ database, name }) => `ALTER TABLE ${quotedIdentifier(database)}.${quotedIdentifier(name)} ENGINE=InnoDB;`,
  )
  return [
    ...unmatched,
    ...unmade,
    warning(
      'non-transactional-tables',
      `Rows of these tables may be from different moments, since their engine has no transactions: ${listedNames(names, namedAtMost)}.`,
      ['Use InnoDB for them, where the application allows it:', ...statements.slice(0, namedAtMost)].join('\n'),
    ),
  ]
}

function ambiguousWarning(objects: readonly string[]): Finding {
  const shown = listedNames(objects.map(quotedName), namedAtMost)
  return warning(
    'ambiguous-code',
    `A restore makes none of these, since the database client and the server read their code differently: ${shown}. They have a comment that begins with "--" and a control character, or a line that begins with "delimiter".`,
    'Write them anew without that. If nobody here wrote them, somebody may be preparing to run statements with the rights of whoever restores this database.',
  )
}

/** A dump may read their rows at different moments: their engine has no transactions. */
function nonTransactionalTables(databases: readonly DatabaseInventory[]) {
  return databases.flatMap(({ name: database, tables }) =>
    tables
      .filter(({ kind, engine }) => kind === 'table' && !/^(innodb|rocksdb|tokudb|ndbcluster)$/i.test(engine))
      .map(({ name, engine }) => ({ database, name, engine })),
  )
}
