import { type Finding, isError, problem } from '../../../findings/finding'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import { FailureError } from '../../../runtime/errors'
import { drillOnly } from '../../drill/drill-finding'
import type { DrillContext, DrillOutcome, DrillPart } from '../../drill/drill-part'
import type { SoundArtifact } from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import { databaseServerOver } from '../database-server'
import { type RereadDatabase, rereadDatabase } from '../restore/reread-database'
import { checkDumpNeeds } from '../target/check-dump-needs'
import { nameOf } from '../target/server-version'
import { runDrillChecks, unansweredChecks } from './drill-checks'
import { drillSettings, neededWarning } from './drill-settings'
import type { DatabaseDrill, DatabaseDrillSettings } from './drill-work'
import { findDrillHost } from './find-drill-host'
import { importDatabases } from './import-databases'
import { type OpenDrillServer, openDrillServer } from './open-drill-server'

/** Imports the databases into a throwaway server with the code of a restore, and runs the checks of the user there. */
export function drillDatabases(
  settings: DatabaseDrillSettings,
  sound: readonly SoundArtifact<DatabaseArtifact, DumpContent>[],
): DrillPart {
  const databases = sound.map(rereadDatabase)
  return {
    neededBytes: spaceForDumps(databases.reduce((sum, { artifact }) => sum + artifact.content.bytes, 0)),
    run: context => {
      if (databases.length > 0) return onThrowawayServer(databases, settings, context)
      const findings = unansweredChecks(settings, context)
      return Promise.resolve({ findings, warnings: [], restoreMs: 0, shown: { phases: [], checks: [] }, proof: {} })
    },
  }
}

/** The size of an empty server: its logs, its own tables. */
const emptyServerBytes = 400e6
/** The size of tables with their indexes compared with their dump; a rule of thumb. */
const tableFactor = 2

/** The disk space for these dumps as databases, with their server. */
export function spaceForDumps(dumpBytes: number): number {
  return dumpBytes === 0 ? 0 : emptyServerBytes + dumpBytes * tableFactor
}

async function onThrowawayServer(
  databases: readonly RereadDatabase[],
  settings: DatabaseDrillSettings,
  context: DrillContext,
): Promise<DrillOutcome> {
  const { runtime, run, variables, signal, folder } = context
  const host = await findDrillHost(run, variables)
  signal.throwIfAborted()
  const recorded = recordedServer(context)
  const own = drillSettings(recorded, databases)
  const startedMs = runtime.clock.monotonicMs()
  const server = await openDrillServer({
    ...{ recorded, settings: own, requested: settings.drillServer, host },
    ...{ folder, run, variables, signal, log: line => runtime.log.info(line) },
  })
  const start = { name: 'Start the throwaway server', durationMs: runtime.clock.monotonicMs() - startedMs }
  try {
    const outcome = await tryOut(databases, settings, context, server)
    runtime.log.info(`The drill on ${nameOf(server.version)} has ended.`)
    const shown = { ...outcome.shown, phases: [start, ...outcome.shown.phases] }
    return { ...outcome, shown, warnings: [...neededWarning(own), ...outcome.warnings] }
  } finally {
    await context.tidyUp(() => server.close())
  }
}

function recordedServer({ point }: DrillContext) {
  const { database } = point.manifest.server
  if (database !== undefined) return database
  throw new FailureError(`The manifest of ${point.name} does not say which database server its dump comes from.`)
}

async function tryOut(
  databases: readonly RereadDatabase[],
  settings: DatabaseDrillSettings,
  context: DrillContext,
  server: OpenDrillServer,
): Promise<DrillOutcome> {
  const died = new AbortController()
  server.lost.catch(error => died.abort(error))
  const signal = AbortSignal.any([context.signal, died.signal])
  const names = databases.map(({ artifact }) => artifact.database)
  const facts = await databaseServerOver(server.connection).targetFacts({ access: server.access, databases: names })
  if (facts.database === undefined) throw facts.problem ?? new FailureError('The throwaway server gave no answer.')
  const drill: DatabaseDrill = {
    ...{ ...context, signal, settings, databases, server },
    ...{ target: facts.database, warnings: [] },
  }
  const refused = refusals(drill)
  const { clock } = context.runtime
  const beganMs = clock.monotonicMs()
  const imported = refused.length > 0 ? undefined : await importDatabases(drill)
  // When a database is missing, no check means anything.
  const comparedMs = clock.monotonicMs()
  const checked = imported?.isComplete === true ? await runDrillChecks(drill) : { findings: [], checks: [] }
  const importMs = imported?.importMs ?? 0
  signal.throwIfAborted()
  return {
    findings: [...refused, ...(imported?.findings ?? []), ...checked.findings],
    warnings: drill.warnings,
    restoreMs: importMs,
    shown: {
      phases: [
        { name: 'Import', durationMs: importMs },
        { name: 'Compare the databases', durationMs: Math.max(0, comparedMs - beganMs - importMs) },
        ...(checked.checks.length === 0 ? [] : [{ name: 'Your checks', durationMs: clock.monotonicMs() - comparedMs }]),
      ],
      checks: checked.checks,
      ...defined({ rows: rowsOf(databases) }),
    },
    proof: { server: server.version, tables: imported?.tables ?? 0 },
  }
}

/** Undefined where not all were counted. */
function rowsOf(databases: readonly RereadDatabase[]): number | undefined {
  const tables = databases.flatMap(({ artifact }) => artifact.content.tables)
  return tables.every(({ rows }) => rows !== undefined)
    ? tables.reduce((sum, { rows = 0 }) => sum + rows, 0)
    : undefined
}

/** What a restore would refuse before it writes: an import alone would silently use another storage engine, say. */
function refusals({ databases, target, settings }: DatabaseDrill): Finding[] {
  const hint = '"This server" is the throwaway one: an image in "drill-server" starts another.'
  return databases.flatMap(({ artifact, needs }) =>
    checkDumpNeeds({ artifact, target: artifact.database }, needs, target, settings)
      .filter(isError)
      .map(({ what, fix = '' }) => drillOnly({ ...problem('refused', what, `${fix} ${hint}`), key: artifact.key })),
  )
}
