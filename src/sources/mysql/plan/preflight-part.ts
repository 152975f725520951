import type { Finding } from '../../../findings/finding'
import type { Host, PartPreflight } from '../../backup-part'
import { collectProblems, findingOf } from '../../collect-problems'
import { missingTools } from '../../host/missing-tools'
import { databaseServerOver } from '../database-server'
import { blindSpotProblems } from '../inventory/blind-spots'
import { brokenView, nameOf } from '../inventory/broken-view'
import { describeInventory } from '../inventory/describe-inventory'
import type { ServerInventory } from '../inventory/parse-inventory'
import { selectTables } from '../inventory/table-selection'
import type { DatabaseHostFacts } from './database-preflight'
import { chosenDatabases, databaseProblems } from './database-problems'
import type { DatabaseRequest, DumpSettings } from './database-settings'
import { planWarnings } from './plan-database'
import { planVisibility } from './plan-visibility'

/** What the dumps of a backup would encounter on the server. */
export async function preflightPart(settings: DumpSettings, { connection, signal }: Host): Promise<PartPreflight> {
  const { mysql: access, databases, dumpOptions } = settings
  if (databases.length === 0) return { findings: [], facts: [], host: undefined }
  const server = databaseServerOver(connection)
  const { findings, orFinding } = collectProblems(signal)
  const request = { access, databases, dumpOptions, signal }
  const host = await orFinding(server.preflight(request))
  // Missing tools are findings of their own.
  const canList = host === undefined || (host.tools.has('client') && host.tools.has('dump-tool'))
  const found = canList ? await orFinding(server.inventory(request)) : undefined
  return {
    host,
    findings: [
      ...findings,
      ...(host === undefined ? [] : [...host.problems.map(findingOf), ...missingTools(host, clientTools)]),
      // Databases that could not be listed are not missing.
      ...(found === undefined
        ? []
        : [...databaseProblems(settings, found), ...dumpProblems(settings, found, host?.brokenViews ?? [])]),
    ],
    facts: found === undefined ? [] : describeInventory(found.inventory),
  }
}

const clientTools = [
  { tools: ['client'], name: 'mysql (or mariadb)', package: 'mariadb-client' },
  { tools: ['dump-tool'], name: 'mysqldump (or mariadb-dump)', package: 'mariadb-client' },
] as const

/** What a dump would silently leave out, stop at, or read at different moments. */
function dumpProblems(
  inputs: DatabaseRequest,
  found: ServerInventory,
  brokenViews: DatabaseHostFacts['brokenViews'],
): Finding[] {
  const chosen = chosenDatabases(inputs, found)
  const visibilities = chosen.map(listed =>
    planVisibility(inputs, found.inventory, listed, selectTables(inputs.tables, listed)),
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
