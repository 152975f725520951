import type { Finding } from '../../../findings/finding'
import { blindSpotProblems } from '../inventory/blind-spots'
import { brokenView, nameOf } from '../inventory/broken-view'
import type { ServerInventory } from '../inventory/parse-inventory'
import { selectTables } from '../inventory/table-selection'
import type { DatabaseHostFacts } from './database-preflight'
import { chosenDatabases } from './database-problems'
import type { DatabaseRequest } from './database-settings'
import { planWarnings } from './plan-database'
import { planVisibility } from './plan-visibility'

/** What a dump would leave out in silence, stop at, or hold from different moments. */
export function preflightDatabase(
  inputs: DatabaseRequest,
  found: ServerInventory,
  brokenViews: DatabaseHostFacts['brokenViews'],
): Finding[] {
  const { inventory } = found
  const chosen = chosenDatabases(inputs, found)
  const visibilities = chosen.map(listed =>
    planVisibility(inputs, inventory, listed, selectTables(inputs.tables, listed)),
  )
  const isDumped = ({ database, name }: { database: string; name: string }) =>
    visibilities.some(({ listed, selection }) => listed.name === database && !selection.excluded.includes(name))
  return [
    ...blindSpotProblems(visibilities.flatMap(({ refused }) => refused)),
    ...brokenViews.filter(isDumped).map(view => brokenView(view, `name ${nameOf(view)} in "exclude-tables"`)),
    ...visibilities.flatMap(({ warnings }) => warnings),
    ...planWarnings(inputs, chosen),
  ]
}
