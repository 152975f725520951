import { type Finding, warning } from '../../../findings/finding'
import { artifactName } from '../../../repository/names/keys'
import { type Host, nothingToTake, type PartPreflight } from '../../backup-part'
import { collectProblems, findingOf } from '../../collect-problems'
import { missingTools } from '../../host/missing-tools'
import { databaseServerOver } from '../database-server'
import { planHistory } from '../dump/plan-history'
import { grantsToSeeAccounts } from '../inventory/accounts'
import { blindSpotProblems } from '../inventory/blind-spots'
import { brokenView, nameOf } from '../inventory/broken-view'
import { describeInventory } from '../inventory/describe-inventory'
import type { DatabaseInventory, Inventory } from '../inventory/inventory'
import { selectTables } from '../inventory/table-selection'
import { recordTraits } from '../traits/record-traits'
import { traitWarnings } from '../traits/trait-warnings'
import type { DatabaseHostFacts } from './database-preflight'
import { chosenDatabases, databaseProblems, skippedDatabases } from './database-problems'
import type { DatabaseRequest, DumpSettings } from './database-settings'
import { dumpKey, planWarnings } from './plan-database'
import { planVisibility, type Visibility } from './plan-visibility'
import { restoreNeeds } from './restore-needs'

/** What the dumps of a backup would encounter on the server. */
export async function preflightPart(
  settings: DumpSettings,
  { connection, signal }: Host,
  slot: string,
): Promise<PartPreflight> {
  const { mysql: access, databases, dumpOptions } = settings
  if (databases.length === 0) return nothingToTake
  const server = databaseServerOver(connection)
  const { findings, orFinding } = collectProblems(signal)
  const request = { access, databases, dumpOptions, signal }
  const host = await orFinding(server.preflight(request))
  // Missing tools are findings of their own.
  const canList = host === undefined || (host.tools.has('client') && host.tools.has('dump-tool'))
  const found = canList ? await orFinding(server.inventory({ ...request, traits: true })) : undefined
  const onTheWay = [
    ...findings,
    ...(host === undefined
      ? []
      : [...host.problems.map(findingOf), ...missingTools(host, [{ tools: ['client'] }, { tools: ['dump-tool'] }])]),
  ]
  // Databases that could not be listed are not missing.
  if (found === undefined) return { ...nothingToTake, host, findings: onTheWay }
  const chosen = chosenDatabases(settings, found)
  const canDump = found.canDumpHistory === true
  const history = await planHistory(server, { access, databases: chosen, canDump, signal })
  const visibilities = chosen.map(listed =>
    planVisibility(settings, found.inventory, listed, selectTables(settings.tables, listed)),
  )
  return {
    host,
    findings: [
      ...onTheWay,
      ...databaseProblems(settings, found),
      ...unseenAccounts(found.inventory),
      ...history.findings,
      ...dumpProblems(settings, chosen, visibilities, host?.brokenViews ?? []),
      ...visibilities.flatMap(visibility => obstacles(visibility, found.inventory)),
    ],
    facts: [...describeInventory({ ...found.inventory, databases: chosen }), ...skippedDatabases(settings, found)],
    keys: chosen.map(({ name }) =>
      dumpKey(settings, slot, artifactName('database', chosen.length === 1 ? undefined : name)),
    ),
    takes: { what: chosen.length === 1 ? 'the database' : 'the databases', bytes: bytesOf(visibilities) },
    forRestore: restoreNeeds(found.inventory, chosen, found.inventory.settings ?? new Map()),
  }
}

/** What a restore of a database may stumble over; a backup says it when it is new. */
function obstacles({ listed, selection }: Visibility, { server }: Inventory): Finding[] {
  const excluded = new Set(selection.excluded)
  const tables = new Set(listed.tables.map(({ name }) => name).filter(name => !excluded.has(name)))
  return traitWarnings(
    recordTraits(listed, { tables, flavor: server.flavor }),
    `Database ${JSON.stringify(listed.name)}`,
  )
}

/** A backup goes on without; only the next steps of a restore know less. */
function unseenAccounts(inventory: Inventory): Finding[] {
  const statements = grantsToSeeAccounts(inventory)
  if (statements.length === 0) return []
  return [
    warning(
      'accounts-unseen',
      'The database user may not see which accounts have rights on the databases: a restore onto a new server cannot say which ones the site needs.',
      `To have them recorded, without passwords, run this as an administrator of the database:\n${statements.join('\n')}`,
    ),
  ]
}

/** Rows and indexes, by the server's own estimate, without what the inputs leave out. */
function bytesOf(visibilities: readonly Visibility[]): number {
  return visibilities.reduce((sum, { listed, selection }) => {
    const without = new Set([...selection.excluded, ...selection.structureOnly])
    const taken = listed.tables.filter(({ name }) => !without.has(name))
    return sum + taken.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
  }, 0)
}

/** What a dump would silently leave out, stop at, or read at different moments. */
function dumpProblems(
  inputs: DatabaseRequest,
  chosen: readonly DatabaseInventory[],
  visibilities: readonly Visibility[],
  brokenViews: DatabaseHostFacts['brokenViews'],
): Finding[] {
  const isDumped = ({ database, name }: { database: string; name: string }) =>
    visibilities.some(({ listed, selection }) => listed.name === database && !selection.excluded.includes(name))
  return [
    ...blindSpotProblems(visibilities.flatMap(({ refused }) => refused)),
    ...brokenViews.filter(isDumped).map(view => brokenView(view, `name ${nameOf(view)} in "exclude-tables"`)),
    ...visibilities.flatMap(({ warnings }) => warnings),
    ...planWarnings(inputs, chosen),
  ]
}
