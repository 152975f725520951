import type { BackupInputs } from '../../inputs/backup'
import type { DatabaseInventory } from '../../server/inventory'
import type { Findings } from '../../server/parse-inventory'
import { selectTables } from '../../server/table-selection'
import { dumpDefaultProblems } from '../dump-default-problems'

/** Something that was asked for and does not fit what the server has, in whole sentences. */
export interface PlanProblem {
  what: string
  fix: string
}

/** Holds what was asked for against what the server has, and names everything that does not fit. */
export function planProblems(inputs: BackupInputs, findings: Findings): PlanProblem[] {
  return [...pathProblems(inputs, findings), ...databaseProblems(inputs, findings)]
}

/** Those databases of the server that were asked for: in the order of the input, or of the server for `*`. */
export function chosenDatabases(inputs: BackupInputs, findings: Findings): DatabaseInventory[] {
  const listed = findings.inventory?.databases ?? []
  if (inputs.databases === 'all') return listed
  return inputs.databases.flatMap(name => listed.filter(database => database.name === name))
}

function pathProblems({ allowEmpty }: BackupInputs, { paths }: Findings): PlanProblem[] {
  return paths.flatMap(({ path, state }): PlanProblem[] => {
    const folder = `The folder ${JSON.stringify(path)} of "paths"`
    if (state === 'missing') {
      return [
        {
          what: `${folder} does not exist on the server, or the SSH user may not see it.`,
          fix: 'Check "paths"; if the folder lies on a disk of its own, see that it is mounted.',
        },
      ]
    }
    if (state === 'not-a-folder')
      return [{ what: `${folder} is not a folder on the server.`, fix: 'Name the folder that holds it.' }]
    if (state === 'unreadable') {
      return [
        {
          what: `${folder} may not be read by the SSH user.`,
          fix: 'Let the SSH user read it, for example through a group that owns it.',
        },
      ]
    }
    if (state === 'empty' && !allowEmpty)
      return [
        { what: `${folder} is empty on the server.`, fix: 'If that is right, set "allow-empty: true".' },
      ]
    return []
  })
}

function databaseProblems(inputs: BackupInputs, findings: Findings): PlanProblem[] {
  if (inputs.databases.length === 0) return []
  return [
    ...dumpDefaultProblems(findings),
    ...missingProblems(inputs, findings),
    ...emptyProblems(inputs, findings),
  ]
}

function missingProblems(inputs: BackupInputs, findings: Findings): PlanProblem[] {
  const listed = findings.inventory?.databases ?? []
  const fix = 'Check "databases" and the grants of the database user.'
  if (inputs.databases === 'all') {
    if (listed.length > 0) return []
    return [{ what: 'The database user sees no database but the system schemas.', fix }]
  }
  return inputs.databases
    .filter(name => !listed.some(database => database.name === name))
    .map(name => ({
      what: `The database ${JSON.stringify(name)} does not exist on the server, or the database user may not see it; it sees: ${similarFirst(name, findings.visible)}.`,
      fix,
    }))
}

const namedAtMost = 20

/** A few names, those that begin alike first: a misspelt one is most likely among them. */
function similarFirst(wanted: string, names: readonly string[]): string {
  const alike = (name: string) => {
    let length = 0
    while (length < name.length && name[length] === wanted[length]) length++
    return length
  }
  const sorted = [...names].sort((one, other) => alike(other) - alike(one) || (one < other ? -1 : 1))
  const more = sorted.length > namedAtMost ? ` and ${sorted.length - namedAtMost} more` : ''
  return (
    sorted
      .slice(0, namedAtMost)
      .map(name => JSON.stringify(name))
      .join(', ') + more
  )
}

function emptyProblems(inputs: BackupInputs, findings: Findings): PlanProblem[] {
  if (inputs.allowEmpty) return []
  return chosenDatabases(inputs, findings).flatMap(database => {
    const { excluded } = selectTables(inputs.tables, database)
    if (database.tables.length > excluded.length) return []
    const what =
      database.tables.length === 0
        ? 'has no tables that the database user may see'
        : 'is left without tables by "exclude-tables"'
    return {
      what: `The database ${JSON.stringify(database.name)} ${what}.`,
      fix: 'If an empty backup is right, set "allow-empty: true".',
    }
  })
}
