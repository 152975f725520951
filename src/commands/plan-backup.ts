import type { BackupInputs } from '../inputs/backup'
import { dumpDefaultRefusal } from '../inputs/dump-options'
import { UserError } from '../runtime/errors'
import type { Warning } from '../runtime/runtime'
import { type DumpArguments, dumpArguments } from '../server/dump-arguments'
import type { DatabaseInventory } from '../server/inventory'
import type { Findings } from '../server/parse-inventory'
import { selectTables, type TableSelection, unmatchedPatterns } from '../server/table-selection'
import { artifactKey, databaseArtifactName, filesArtifactName } from '../snapshot/keys'

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
  const problems = [...pathProblems(inputs, findings), ...databaseProblems(inputs, findings)]
  if (problems.length > 0) {
    throw new UserError(problems.join(' '), {
      advice: 'Mend what is named, on the server or in the workflow, and run again.',
    })
  }
  const databases = chosenDatabases(inputs, findings)
  return {
    databases: databases.map(listed => planDatabase(inputs, slot, findings, listed, databases.length === 1)),
    files:
      inputs.files.paths.length === 0
        ? undefined
        : {
            name: filesArtifactName,
            key: artifactKey(inputs.s3.prefix, slot, filesArtifactName, 'files', inputs.compression.kind),
          },
    warnings: planWarnings(inputs, databases),
  }
}

function pathProblems({ allowEmpty }: BackupInputs, { paths }: Findings): string[] {
  return paths.flatMap(({ path, state }) => {
    const folder = `The folder ${JSON.stringify(path)} of "paths"`
    if (state === 'missing')
      return [`${folder} does not exist on the server, or the SSH user may not see it.`]
    if (state === 'not-a-folder') return [`${folder} is not a folder on the server.`]
    if (state === 'unreadable') return [`${folder} may not be read by the SSH user.`]
    if (state === 'empty' && !allowEmpty) {
      return [`${folder} is empty on the server; if that is right, set "allow-empty: true".`]
    }
    return []
  })
}

function databaseProblems(inputs: BackupInputs, findings: Findings): string[] {
  if (inputs.databases.length === 0) return []
  const problems: string[] = []
  for (const name of findings.defaults) {
    const reason = dumpDefaultRefusal(name)
    if (reason === undefined) continue
    problems.push(
      `The configuration of the database client on the server adds "--${name}" to every dump: ${reason}. Remove it there, or give "mysql-user" and "mysql-password", which shut that configuration out.`,
    )
  }
  const listed = findings.inventory?.databases ?? []
  if (inputs.databases === 'all') {
    if (listed.length === 0) problems.push('The database user sees no database but the system schemas.')
  } else {
    for (const name of inputs.databases) {
      if (listed.some(database => database.name === name)) continue
      const visible = findings.visible.map(each => JSON.stringify(each)).join(', ')
      problems.push(
        `The database ${JSON.stringify(name)} does not exist on the server, or the database user may not see it; it sees: ${visible}.`,
      )
    }
  }
  for (const database of chosenDatabases(inputs, findings)) {
    const { excluded } = selectTables(inputs.tables, database)
    if (database.tables.length > excluded.length || inputs.allowEmpty) continue
    const what =
      database.tables.length === 0
        ? 'has no tables that the database user may see'
        : 'is left without tables by "exclude-tables"'
    problems.push(
      `The database ${JSON.stringify(database.name)} ${what}; if an empty backup is right, set "allow-empty: true".`,
    )
  }
  return problems
}

/** In the order of the input, or of the server for `*`. */
function chosenDatabases(inputs: BackupInputs, findings: Findings): DatabaseInventory[] {
  const listed = findings.inventory?.databases ?? []
  if (inputs.databases === 'all') return listed
  return inputs.databases.flatMap(name => listed.filter(database => database.name === name))
}

function planDatabase(
  inputs: BackupInputs,
  slot: string,
  findings: Findings,
  listed: DatabaseInventory,
  isOnlyOne: boolean,
): DatabasePlan {
  const selection = selectTables(inputs.tables, listed)
  const name = databaseArtifactName(listed.name, isOnlyOne)
  const dataBytes = listed.tables.reduce((sum, table) => sum + (table.sizeBytes || 0), 0)
  return {
    name,
    key: artifactKey(inputs.s3.prefix, slot, name, 'database', inputs.compression.kind),
    listed,
    selection,
    arguments: dumpArguments({
      database: listed.name,
      selection,
      extra: inputs.dumpOptions,
      canIgnoreTableData: findings.canIgnoreTableData,
    }),
    expectedBytes: dataBytes * dumpToDataRatio,
  }
}

const namedAtMost = 20

function planWarnings(inputs: BackupInputs, databases: readonly DatabaseInventory[]): Warning[] {
  const warnings: Warning[] = unmatchedPatterns(inputs.tables, databases).map(pattern => ({
    code: 'pattern-without-match',
    message: `The table pattern ${JSON.stringify(pattern)} matches nothing: check its spelling.`,
  }))
  const loose = databases.flatMap(({ name, tables }) =>
    tables
      .filter(table => table.kind === 'table' && !/^(innodb|rocksdb|tokudb|ndbcluster)$/i.test(table.engine))
      .map(table => `${name}.${table.name} (${table.engine || 'no engine'})`),
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
