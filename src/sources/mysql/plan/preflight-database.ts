import { type Finding, problem } from '../../../findings/finding'
import type { Examination } from '../../host/examination'
import type { ServerInventory } from '../../host/parse-inventory'
import { quotedIdentifier } from '../client/sql-names'
import { blindSpotProblems } from '../inventory/blind-spots'
import { selectTables } from '../inventory/table-selection'
import { chosenDatabases } from './database-problems'
import type { DatabaseRequest } from './database-settings'
import { planWarnings } from './plan-database'
import { planSight } from './plan-sight'

/** What a dump would leave out in silence, stop at, or hold from different moments. */
export function preflightDatabase(
  inputs: DatabaseRequest,
  findings: ServerInventory,
  brokenViews: Examination['brokenViews'],
): Finding[] {
  const { inventory } = findings
  if (inventory === undefined || inputs.databases.length === 0) return []
  const chosen = chosenDatabases(inputs, findings)
  const sights = chosen.map(listed =>
    planSight(inputs, inventory, listed, selectTables(inputs.tables, listed)),
  )
  const isDumped = ({ database, name }: { database: string; name: string }) =>
    sights.some(({ listed, selection }) => listed.name === database && !selection.excluded.includes(name))
  return [
    ...blindSpotProblems(sights.flatMap(({ refused }) => refused)),
    ...brokenViews.filter(isDumped).map(brokenView),
    ...sights.flatMap(({ warnings }) => warnings),
    ...planWarnings(inputs, chosen),
  ]
}

function brokenView({ database, name }: { database: string; name: string }): Finding {
  return problem(
    'broken-view',
    `The view ${JSON.stringify(`${database}.${name}`)} stands on something that is gone, or its definer lacks a right: a dump ends there.`,
    `Mend it, or name ${JSON.stringify(`${database}.${name}`)} in "exclude-tables", or drop it:\nDROP VIEW ${quotedIdentifier(database)}.${quotedIdentifier(name)};`,
  )
}
