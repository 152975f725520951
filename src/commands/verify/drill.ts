import type { Artifact } from '../../../repository/manifest/manifest'
import { FailureError, messageOf } from '../../../runtime/errors'
import type { Runtime } from '../../../runtime/runtime'
import { requireDiskSpace } from '../../../sources/mysql/drill/drill-disk-space'
import { openDrillFolder } from '../../../sources/mysql/drill/drill-folder'
import { findDrillHost } from '../../../sources/mysql/drill/find-drill-host'
import { type OpenDrillServer, openDrillServer } from '../../../sources/mysql/drill/open-drill-server'
import { explainOtherDatabase } from '../../../sources/mysql/drill/other-database'
import { nameOf } from '../../../sources/mysql/drill/server-version'
import type { Drill, DrillResult } from '../point'
import { checkDrillServer } from './check-drill'
import { runDrillChecks } from './drill-checks'
import { drillDatabases } from './drill-databases'
import { drillFiles } from './drill-files'
import type { DrillSettings, DrillWork } from './drill-work'

/**
 * Drills on the runner: the databases are imported into a throwaway server by the code of a restore, and dumped again; the files are
 * unpacked and counted. Whatever came out otherwise is a finding. Everything is removed, whatever came of it.
 */
export function drillOnRunner(settings: DrillSettings): Drill {
  return async (point, signal) => {
    const { runtime, run, variables, temps } = settings
    const means = await findDrillHost(run, variables)
    signal.throwIfAborted()
    const folder = await openDrillFolder(temps)
    const clean = cleaning(runtime)
    try {
      const work = { ...settings, point, signal, folder: folder.path }
      await requireDiskSpace(folder.path, freeSpaceOf(point.manifest.artifacts))
      const server =
        point.reread.databases.length === 0 ? undefined : await openDrillServer({ ...requestOf(work), means })
      clean.add(() => server?.close())
      return await tryOut(work, server)
    } finally {
      clean.add(() => folder.remove())
      await clean.all()
    }
  }
}

async function tryOut(work: DrillWork, server: OpenDrillServer | undefined): Promise<DrillResult> {
  const { runtime, signal } = work
  // A server that dies takes the drill along.
  const died = new AbortController()
  server?.lost.catch(error => died.abort(error))
  const bounded = { ...work, signal: AbortSignal.any([signal, died.signal]) }
  const { databases: reread } = bounded.point.reread
  const refused = server === undefined ? [] : await checkDrillServer(reread, server, work.inputs)
  const databases =
    server === undefined || refused.length > 0 ? undefined : await drillDatabases(bounded, server)
  const checks = await runDrillChecks(bounded, server, databases?.isImported ?? false)
  const files = await drillFiles(bounded)
  bounded.signal.throwIfAborted()
  const names = reread.map(({ artifact }) => artifact.database)
  const imports = databases?.findings.map(each => explainOtherDatabase(each, names)) ?? []
  const findings = [...refused, ...imports, ...checks, ...(files?.findings ?? [])]
  if (server !== undefined) runtime.log.info(`The drill on ${nameOf(server.version)} is over.`)
  return {
    findings,
    restoreSeconds: ((databases?.importMs ?? 0) + (files?.unpackMs ?? 0)) / 1000,
    ...(server === undefined ? {} : { server: server.version }),
    tables: databases?.tables ?? 0,
    files: files?.files ?? 0,
    warnings: databases?.warnings ?? [],
  }
}

function requestOf({ point, inputs, folder, run, variables, signal, runtime }: DrillWork) {
  const recorded = point.manifest.server.database
  if (recorded === undefined) {
    throw new FailureError(
      `The manifest of ${point.name} does not say which database server its dump comes from.`,
    )
  }
  const log = (line: string) => runtime.log.info(line)
  return { recorded, asked: inputs.drillServer, folder, run, variables, signal, log }
}

function freeSpaceOf(artifacts: readonly Artifact[]): { dumpBytes: number; fileBytes: number } {
  const bytesOf = (kind: Artifact['kind']) =>
    artifacts.filter(each => each.kind === kind).reduce((sum, { content }) => sum + content.bytes, 0)
  return { dumpBytes: bytesOf('database'), fileBytes: bytesOf('files') }
}

/** Steps that tidy up, all of which are tried. One that fails takes nothing from what was found, and is told. */
function cleaning({ log }: Pick<Runtime, 'log'>) {
  const steps: (() => Promise<void> | undefined)[] = []
  return {
    add: (step: () => Promise<void> | undefined): void => {
      steps.push(step)
    },
    all: async (): Promise<void> => {
      for (const step of steps) {
        try {
          await step()
        } catch (error) {
          log.warning(`Something of the drill is left on the runner: ${messageOf(error)}`)
        }
      }
    },
  }
}
