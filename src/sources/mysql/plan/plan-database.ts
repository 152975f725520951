import { artifactKey, databaseArtifactName } from '../../../repository/names/keys'
import type { Warning } from '../../../runtime/runtime'
import type { Findings } from '../../host/parse-inventory'
import { type DumpArguments, dumpArguments } from '../dump/dump-arguments'
import type { DatabaseInventory } from '../inventory/inventory'
import { selectTables, type TableSelection, unmatchedPatterns } from '../inventory/table-selection'
import type { DatabaseSettings, DumpSettings } from './database-settings'
import { planSight, type Sight } from './plan-sight'

/** What is to be dumped of one database, and where to. */
export interface DatabasePlan {
  name: string
  key: string
  listed: DatabaseInventory
  selection: TableSelection
  arguments: DumpArguments
  /** An upper bound for the dump, by the server's own estimate. */
  expectedBytes: number
}

/** hex-blob doubles binary columns, and rows as text outgrow rows as pages: measured dumps stay below this. */
const dumpToDataRatio = 2.5

/** What is to be dumped of one database, and what its user may not see of it. */
export function planDatabase(
  inputs: DumpSettings,
  slot: string,
  findings: Findings,
  listed: DatabaseInventory,
  isOnlyOne: boolean,
): { plan: DatabasePlan; sight: Sight | undefined } {
  const chosen = selectTables(inputs.tables, listed)
  const sight = findings.inventory && planSight(inputs, findings.inventory, listed, chosen)
  const selection = sight?.selection ?? chosen
  const name = databaseArtifactName(listed.name, isOnlyOne)
  const dataBytes = listed.tables.reduce((sum, table) => sum + (table.sizeBytes || 0), 0)
  const plan = {
    name,
    key: artifactKey(inputs.s3.prefix, slot, name, 'database', inputs.compression.kind),
    listed: sight?.listed ?? listed,
    selection,
    arguments: dumpArguments({
      database: listed.name,
      selection,
      extra: [...inputs.dumpOptions, ...(sight?.options ?? [])],
      canIgnoreTableData: findings.canIgnoreTableData,
    }),
    expectedBytes: dataBytes * dumpToDataRatio,
  }
  return { plan, sight }
}

const namedAtMost = 20

/** What a dump of these databases will be told to lack. */
export function planWarnings(
  { tables }: Pick<DatabaseSettings, 'tables'>,
  databases: readonly DatabaseInventory[],
): Warning[] {
  const warnings: Warning[] = unmatchedPatterns(tables, databases).map(pattern => ({
    code: 'pattern-without-match',
    message: `The table pattern ${JSON.stringify(pattern)} matches nothing: check its spelling.`,
  }))
  const loose = nonTransactionalTables(databases).map(
    ({ database, name, engine }) => `${database}.${name} (${engine || 'no engine'})`,
  )
  if (loose.length > 0) {
    const named = loose.slice(0, namedAtMost).join(', ')
    const more = loose.length > namedAtMost ? ` and ${loose.length - namedAtMost} more` : ''
    warnings.push({
      code: 'non-transactional-tables',
      message: `Rows of these tables may be from different moments, since their engine has no transactions: ${named}${more}. ALTER TABLE … ENGINE=InnoDB mends that.`,
    })
  }
  return warnings
}

/** Tables whose rows a dump may read at different moments: their engine has no transactions. */
export function nonTransactionalTables(
  databases: readonly DatabaseInventory[],
): { database: string; name: string; engine: string }[] {
  return databases.flatMap(({ name: database, tables }) =>
    tables
      .filter(({ kind, engine }) => kind === 'table' && !/^(innodb|rocksdb|tokudb|ndbcluster)$/i.test(engine))
      .map(({ name, engine }) => ({ database, name, engine })),
  )
}
