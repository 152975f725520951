import type { Finding } from '../../../findings/finding'
import { type BlindSpot, checkBlindSpots, findBlindSpots, optionsAround } from '../inventory/blind-spots'
import { grantsOf } from '../inventory/grants'
import type { DatabaseInventory, Inventory } from '../inventory/inventory'
import type { TableSelection } from '../inventory/table-selection'
import type { DatabaseRequest } from './database-settings'

/** What the database user can see of one database, and how its dump skips the rest. */
export interface Visibility {
  /** Blind spots that are not allowed: the run must stop. */
  refused: BlindSpot[]
  warnings: Finding[]
  /** Without views that would make the dump fail. */
  selection: TableSelection
  /** Dump options that skip what is allowed to be missing. */
  options: string[]
  /** What the dump is compared with. */
  listed: DatabaseInventory
}

/** A dump silently leaves out what its user may not see, and the inventory does not list it: only grants show it. */
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
