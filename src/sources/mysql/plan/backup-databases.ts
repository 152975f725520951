import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { productName } from '../../../runtime/text/product-name'
import { artifactPlan } from '../../artifact-plan'
import type { ArtifactPlan, BackupPart, Host, PartPlan } from '../../backup-part'
import { checkDump } from '../check/dump-check'
import { databaseServerOver } from '../database-server'
import { confirmDump } from '../dump/confirm-dump'
import { contentOfDump, recordedDump } from '../dump/content-of-dump'
import { planHistory } from '../dump/plan-history'
import { blindSpotProblems } from '../inventory/blind-spots'
import { describeInventory } from '../inventory/describe-inventory'
import type { Inventory } from '../inventory/inventory'
import { chosenDatabases, databaseProblems, skippedDatabases } from './database-problems'
import type { DumpSettings } from './database-settings'
import { type DatabasePlan, planDatabase, planWarnings } from './plan-database'
import { preflightPart } from './preflight-part'
import { scopeDatabase } from './scope-database'

/** The database part of a backup: one dump after another, to limit the load on the server. */
export function backupDatabases(settings: DumpSettings): BackupPart {
  return {
    plan: (host, slot) => planDatabases(settings, host, slot),
    preflight: (host, slot) => preflightPart(settings, host, slot),
    requested: before => scopeDatabase(before, { ...settings, leftOut: () => undefined }),
    isIn: before => areIn(settings.databases, before),
  }
}

/** Which ones `*` means, only the server knows. */
function areIn(databases: DumpSettings['databases'], before: readonly ArtifactBaseline[]): boolean {
  if (databases === 'all') return before.length > 0
  return databases.every(name => before.some(({ source }) => source === name))
}

async function planDatabases(settings: DumpSettings, host: Host, slot: string): Promise<PartPlan> {
  const { databases, dumpOptions } = settings
  const scope: PartPlan['scope'] = before => scopeDatabase(before, { ...settings, leftOut: () => undefined })
  if (databases.length === 0) return { lines: [], findings: [], artifacts: [], server: {}, scope }
  const { connection, signal } = host
  const found = await databaseServerOver(connection).inventory({
    ...{ access: settings.mysql, databases, dumpOptions, signal },
    compression: settings.compression.kind,
    traits: true,
  })
  const chosen = chosenDatabases(settings, found)
  const history = await planHistory(databaseServerOver(connection), {
    ...{ access: settings.mysql, databases: chosen, canDump: found.canDumpHistory === true, signal },
  })
  const planned = chosen.map(listed =>
    planDatabase(settings, slot, found, listed, { isOnlyOne: chosen.length === 1, options: history.options }),
  )
  const plans = planned.map(({ plan }) => plan)
  const { server, dumpTool } = found.inventory
  return {
    lines: [...describeInventory({ ...found.inventory, databases: chosen }), ...skippedDatabases(settings, found)],
    findings: [
      ...databaseProblems(settings, found),
      ...blindSpotProblems(planned.flatMap(({ visibility }) => visibility.refused)),
      ...history.findings,
      ...planWarnings(settings, chosen),
      ...planned.flatMap(({ visibility }) => visibility.warnings),
    ],
    artifacts: plans.map(plan => dumpPlan(settings, plan, server)),
    server: {
      os: found.os,
      database: {
        ...{ ...server, dumpTool, options: plans[0]?.arguments.options ?? [] },
        settings: Object.fromEntries(found.inventory.settings ?? []),
      },
    },
    servedBy: `${productName(server.flavor)} ${server.version}`,
    scope: before => scopeDatabase(before, { ...settings, leftOut: name => leftOut(plans, name) }),
  }
}

/** What the inputs leave out of a database. */
function leftOut(plans: readonly DatabasePlan[], database: string) {
  const plan = plans.find(({ listed }) => listed.name === database)
  if (plan === undefined) return undefined
  const { listed, selection } = plan
  const tables = new Set(selection.excluded)
  const triggers = listed.triggers.filter(({ table }) => tables.has(table)).map(({ name }) => name)
  return { tables, rows: new Set(selection.structureOnly), triggers: new Set(triggers) }
}

function dumpPlan(
  { mysql: access, compression, encryptTo, dumpOptions }: DumpSettings,
  plan: DatabasePlan,
  server: Inventory['server'],
): ArtifactPlan {
  const { name, key, listed } = plan
  return artifactPlan({
    ...{ name, key, waitsFor: 'its turn', compression, encryptTo },
    check: () => checkDump({ countRows: true, passes: plan.arguments.structure.length > 0 ? 2 : 1 }),
    open: async ({ connection, signal, before }) => ({
      job: await databaseServerOver(connection).openDump({
        ...{ access, database: listed.name, flavor: plan.flavor, arguments: plan.arguments, compression, signal },
      }),
      expectedBytes: Math.max(before.artifact?.bytes ?? 0, plan.expectedBytes),
    }),
    confirm: async (content, _report, { connection, signal }) => {
      await confirmDump({ server: databaseServerOver(connection), access, dumpOptions, signal }, plan, content)
      return []
    },
    describe: (content, recorded): Pick<DatabaseArtifact, 'kind' | 'database' | 'content'> => ({
      kind: 'database',
      database: listed.name,
      content: contentOfDump(recordedDump(content, recorded), listed, server, plan.accounts),
    }),
  })
}
