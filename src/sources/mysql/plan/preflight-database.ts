import type { PreflightFinding } from '../../../findings/preflight'
import type { Examination } from '../../host/examination'
import type { Findings } from '../../host/parse-inventory'
import { quotedIdentifier } from '../client/sql-names'
import type { BlindSpot } from '../inventory/blind-spots'
import { selectTables, unmatchedPatterns } from '../inventory/table-selection'
import { chosenDatabases } from './database-problems'
import type { DatabaseRequest } from './database-settings'
import { nonTransactionalTables } from './plan-database'
import { planSight } from './plan-sight'

/** What a dump would leave out in silence, stop at, or hold from different moments. */
export function preflightDatabase(
  inputs: DatabaseRequest,
  findings: Findings,
  brokenViews: Examination['brokenViews'],
): PreflightFinding[] {
  const { inventory } = findings
  if (inventory === undefined || inputs.databases.length === 0) return []
  const chosen = chosenDatabases(inputs, findings)
  const perDatabase = chosen.flatMap(listed => {
    const sight = planSight(inputs, inventory, listed, selectTables(inputs.tables, listed))
    const excluded = new Set(sight.selection.excluded)
    return [
      ...sight.refused.map(blindSpot),
      ...brokenViews
        .filter(({ database, name }) => database === listed.name && !excluded.has(name))
        .map(brokenView),
      ...sight.warnings.map(({ message }) => ({
        level: 'remark' as const,
        what: message,
        fix: 'Nothing, if this is meant: "allow-blind-spots" names it.',
      })),
    ]
  })
  return [
    ...perDatabase,
    ...unmatchedPatterns(inputs.tables, chosen).map(pattern => ({
      level: 'remark' as const,
      what: `The table pattern ${JSON.stringify(pattern)} matches nothing.`,
      fix: 'Check its spelling in "exclude-tables" and "structure-only-tables", or remove it.',
    })),
    ...looseTables(nonTransactionalTables(chosen)),
  ]
}

function blindSpot({ kind, database, grant, hidesTables }: BlindSpot): PreflightFinding {
  const what = hidesTables ? 'tables and views' : kind
  return {
    level: 'wrong',
    what: `The database user may be unable to see ${what} of ${JSON.stringify(database)}, and a dump leaves out in silence what its user does not see.`,
    fix: `Run this as an administrator of the database, or name "${kind}" in "allow-blind-spots":\n${grant}`,
  }
}

function brokenView({ database, name }: { database: string; name: string }): PreflightFinding {
  return {
    level: 'wrong',
    what: `The view ${JSON.stringify(`${database}.${name}`)} stands on something that is gone, or its definer lacks a right: a dump ends there.`,
    fix: `Mend it, or name ${JSON.stringify(`${database}.${name}`)} in "exclude-tables", or drop it:\nDROP VIEW ${quotedIdentifier(database)}.${quotedIdentifier(name)};`,
  }
}

const namedAtMost = 20

function looseTables(loose: ReturnType<typeof nonTransactionalTables>): PreflightFinding[] {
  if (loose.length === 0) return []
  const shown = loose.slice(0, namedAtMost)
  const more = loose.length > shown.length ? ` and ${loose.length - shown.length} more` : ''
  const names = shown.map(({ database, name, engine }) => `${database}.${name} (${engine || 'no engine'})`)
  const statements = shown.map(
    ({ database, name }) =>
      `ALTER TABLE ${quotedIdentifier(database)}.${quotedIdentifier(name)} ENGINE=InnoDB;`,
  )
  return [
    {
      level: 'remark',
      what: `Rows of these tables may be from different moments, since their engine has no transactions: ${names.join(', ')}${more}.`,
      fix: ['Give them an engine that has, where the application allows it:', ...statements].join('\n'),
    },
  ]
}
