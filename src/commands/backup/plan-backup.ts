import type { BackupInputs } from '../../inputs/backup'
import { UserError } from '../../runtime/errors'
import type { Warning } from '../../runtime/runtime'
import { blindSpotError } from '../../server/blind-spots'
import { type DumpArguments, dumpArguments } from '../../server/dump-arguments'
import type { DatabaseInventory } from '../../server/inventory'
import type { Findings } from '../../server/parse-inventory'
import { selectTables, type TableSelection, unmatchedPatterns } from '../../server/table-selection'
import { artifactKey, databaseArtifactName, filesArtifactName } from '../../snapshot/keys'
import { chosenDatabases, planProblems } from './plan-problems'
import { planSight, type Sight } from './plan-sight'

/** What one backup is going to take, decided before the first stream begins. */
export interface BackupPlan {
  databases: DatabasePlan[]
  files: FilesPlan | undefined
  warnings: Warning[]
}

export interface DatabasePlan {
  name: string
  key: string
  listed: DatabaseInventory
  selection: TableSelection
  arguments: DumpArguments
  /** An upper bound for the dump, by the server's own estimate. */
  expectedBytes: number
}

export interface FilesPlan {
  name: string
  key: string
}

/** hex-blob doubles binary columns, and rows as text outgrow rows as pages: measured dumps stay below this. */
const dumpToDataRatio = 2.5

/** Holds what was asked for against what the server has. Throws UserError, one that names everything that does not fit. */
export function planBackup(inputs: BackupInputs, slot: string, findings: Findings): BackupPlan {
  const problems = planProblems(inputs, findings)
  if (problems.length > 0) {
    throw new UserError(problems.map(({ what, fix }) => `${what} ${fix}`).join(' '), {
      advice: 'Mend what is named, on the server or in the workflow, and run again.',
    })
  }
  const databases = chosenDatabases(inputs, findings)
  const planned = databases.map(listed =>
    planDatabase(inputs, slot, findings, listed, databases.length === 1),
  )
  const refused = planned.flatMap(({ sight }) => sight?.refused ?? [])
  if (refused.length > 0) throw blindSpotError(refused)
  return {
    databases: planned.map(({ plan }) => plan),
    files:
      inputs.files.paths.length === 0
        ? undefined
        : {
            name: filesArtifactName,
            key: artifactKey(inputs.s3.prefix, slot, filesArtifactName, 'files', inputs.compression.kind),
          },
    warnings: [...planWarnings(inputs, databases), ...planned.flatMap(({ sight }) => sight?.warnings ?? [])],
  }
}

function planDatabase(
  inputs: BackupInputs,
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

function planWarnings(inputs: BackupInputs, databases: readonly DatabaseInventory[]): Warning[] {
  const warnings: Warning[] = unmatchedPatterns(inputs.tables, databases).map(pattern => ({
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
