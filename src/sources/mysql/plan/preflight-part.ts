import type { Host, PartPreflight } from '../../backup-part'
import { collectProblems, findingOf } from '../../collect-problems'
import type { HostFacts } from '../../host/host-facts'
import { missingTools } from '../../host/missing-tools'
import { databaseServerOver } from '../database-server'
import { describeInventory } from '../inventory/describe-inventory'
import { databaseProblems } from './database-problems'
import type { DumpSettings } from './database-settings'
import { preflightDatabase } from './preflight-database'

/** What the dumps of a backup would meet. */
export async function preflightPart(settings: DumpSettings, { connection, signal }: Host): Promise<PartPreflight> {
  const { mysql: access, databases, dumpOptions } = settings
  if (databases.length === 0) return { findings: [], facts: [], host: undefined }
  const server = databaseServerOver(connection)
  const { findings, orFinding } = collectProblems(signal)
  const host = await orFinding(server.preflight({ access, databases, dumpOptions, signal }))
  const found = canList(host)
    ? await orFinding(server.inventory({ access, databases, dumpOptions, signal }))
    : undefined
  return {
    host,
    findings: [
      ...findings,
      ...(host === undefined ? [] : [...host.problems.map(findingOf), ...missingTools(host, clientTools)]),
      // Databases that could not be listed are not missing.
      ...(found === undefined
        ? []
        : [...databaseProblems(settings, found), ...preflightDatabase(settings, found, host?.brokenViews ?? [])]),
    ],
    facts: found === undefined ? [] : describeInventory(found.inventory),
  }
}

/** Missing tools are findings of their own. */
function canList(host: HostFacts | undefined): boolean {
  return host === undefined || (host.tools.has('client') && host.tools.has('dump-tool'))
}

const clientTools = [
  { tools: ['client'], name: 'mysql (or mariadb)', package: 'mariadb-client' },
  { tools: ['dump-tool'], name: 'mysqldump (or mariadb-dump)', package: 'mariadb-client' },
] as const
