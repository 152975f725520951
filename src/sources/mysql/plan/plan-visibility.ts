import type { Finding } from '../../../findings/finding'
import { type BlindSpot, checkBlindSpots, findBlindSpots, optionsAround } from '../inventory/blind-spots'
import { grantsOf } from '../inventory/grants'
import type { DatabaseInventory, Inventory } from '../inventory/inventory'
import type { TableSelection } from '../inventory/table-selection'
import type { DatabaseRequest } from './database-settings'

/** What the database user can see of one database, and how its dump gets by what it cannot. */
export interface Visibility {
  /** Blind spots that nobody allowed: the run must not go on. */
  refused: BlindSpot[]
  warnings: Finding[]
  /** The selection, without views that a dump would fail at. */
  selection: TableSelection
  /** Options that let the dump pass by what was allowed to be missing. */
  options: string[]
  /** What the dump is held against. */
  listed: DatabaseInventory
}

/**
 * A dump leaves out in silence what its user may not see, and the server hides it from the inventory too: only grants
 * tell.
 */
export function planVisibility(
  { guards }: Pick<DatabaseRequest, 'guards'>,
  inventory: Inventory,
  listed: DatabaseInventory,
  selection: TableSelection,
): Visibility {
  const excluded = new Set(selection.excluded)
  const spots = findBlindSpots({
    ...inventory.server,
    user: inventory.user,
    grants: grantsOf(inventory),
    database: listed.name,
    tables: listed.tables.filter(({ name }) => !excluded.has(name)),
    routines: listed.routines,
  })
  const { refused, warnings } = checkBlindSpots(spots, guards.allowedBlindSpots)
  const allowed = spots.filter(spot => !refused.includes(spot))
  const options = optionsAround(allowed)
  const unreadable = allowed.filter(({ kind }) => kind === 'views').flatMap(spot => spot.unreadable)
  return {
    refused,
    warnings,
    selection: { ...selection, excluded: [...new Set([...selection.excluded, ...unreadable])] },
    options,
    listed: {
      ...listed,
      routines: options.includes('--skip-routines') ? [] : listed.routines,
      events: options.includes('--skip-events') ? [] : listed.events,
    },
  }
}
