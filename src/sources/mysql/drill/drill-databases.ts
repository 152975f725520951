import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { FailureError } from '../../../runtime/errors'
import type { DrillContext, DrillOutcome, DrillPart } from '../../drill/drill-part'
import type { SoundArtifact } from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import { type RereadDatabase, rereadDatabase } from '../restore/reread-database'
import { checkDrillServer } from './check-drill-server'
import { runDrillChecks, unansweredChecks } from './drill-checks'
import type { DatabaseDrill, DatabaseDrillSettings } from './drill-work'
import { findDrillHost } from './find-drill-host'
import { importDatabases } from './import-databases'
import { type OpenDrillServer, openDrillServer } from './open-drill-server'
import { explainOtherDatabase } from './other-database'
import { nameOf } from './server-version'

/**
 * Imports the databases into a throwaway server, with the code of a restore, dumps them again, and asks it the checks
 * of the user.
 */
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
      return Promise.resolve({ findings, warnings: [], restoreMs: 0, proof: {} })
    },
  }
}

/** A server takes this much before anything is in it: its logs, its own tables. */
const emptyServerBytes = 400e6
/** What rows take in tables with their indexes, against what they take in a dump; by rule of thumb. */
const tableFactor = 2

/** How much of the disk these dumps take as databases, with their server. */
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
  const server = await openDrillServer({
    ...{ recorded: recordedServer(context), requested: settings.drillServer, host },
    ...{ folder, run, variables, signal, log: line => runtime.log.info(line) },
  })
  try {
    const outcome = await tryOut(databases, settings, context, server)
    runtime.log.info(`The drill on ${nameOf(server.version)} is over.`)
    return outcome
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
  // A server that dies ends the drill.
  const died = new AbortController()
  server.lost.catch(error => died.abort(error))
  const signal = AbortSignal.any([context.signal, died.signal])
  const drill: DatabaseDrill = { ...context, signal, settings, databases, server }
  const refused = await checkDrillServer(drill)
  const imported = refused.length > 0 ? undefined : await importDatabases(drill)
  // Where a database is missing, no answer would mean anything.
  const checks = imported?.isComplete === true ? await runDrillChecks(drill) : []
  signal.throwIfAborted()
  const names = databases.map(({ artifact }) => artifact.database)
  const findings = (imported?.findings ?? []).map(each => explainOtherDatabase(each, names))
  return {
    findings: [...refused, ...findings, ...checks],
    warnings: imported?.warnings ?? [],
    restoreMs: imported?.importMs ?? 0,
    proof: { server: server.version, tables: imported?.tables ?? 0 },
  }
}
