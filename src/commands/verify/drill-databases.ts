import type { DumpContent } from '../../checks/content-check'
import { checkDump } from '../../checks/dump-check'
import type { OpenDrillServer } from '../../drill/open-drill-server'
import { seriesOf } from '../../drill/server-version'
import type { VerifyFinding } from '../../report/verify-report'
import { messageOf } from '../../runtime/errors'
import { createDatabase } from '../../server/database-statements'
import { type RestoreServer, restoreServerOver } from '../../server/restore-server'
import { type Server, serverOver } from '../../server/server'
import { quotedAccount, quotedIdentifier } from '../../server/sql-names'
import type { DatabaseArtifact } from '../../snapshot/manifest'
import { rereadArtifact } from '../reread-artifact'
import { importAndCompare } from '../restore/import-and-compare'
import { isSameTool } from '../restore/is-same-tool'
import type { RereadDatabase } from '../restore/reread-parts'
import { withProgress } from '../transfer-progress'
import type { DrillWork } from './drill'
import { asFinding } from './drill-finding'

export interface DrilledDatabases {
  findings: VerifyFinding[]
  /** Every database came in, so that questions to them make sense. */
  isImported: boolean
  /** How long the imports took, without the comparisons. */
  importMs: number
  /** How many were compared. */
  tables: number
}

/** Imports every database under its own name, with the code of a restore, and compares each with its manifest. */
export async function drillDatabases(work: DrillWork, server: OpenDrillServer): Promise<DrilledDatabases> {
  const drilled: DrilledDatabases = { findings: [], isImported: true, importMs: 0, tables: 0 }
  const jobs = { ...serverOver(server.connection), ...restoreServerOver(server.connection) }
  for (const read of work.point.reread.databases) {
    const { key, database, content } = read.artifact
    try {
      await makeDefiners(read, work, server, jobs)
      drilled.findings.push(...(await drillDatabase(read, work, server, jobs, drilled)))
      drilled.tables += content.tables.length
    } catch (error) {
      drilled.findings.push(asFinding('import', key, error, work.signal))
      drilled.isImported = false
      work.runtime.log.info(`The database ${JSON.stringify(database)} could not be imported.`)
    }
  }
  return drilled
}

async function drillDatabase(
  { artifact, content, etag }: RereadDatabase,
  work: DrillWork,
  { access }: OpenDrillServer,
  server: Server & RestoreServer,
  drilled: DrilledDatabases,
): Promise<VerifyFinding[]> {
  const { runtime, store, signal, point } = work
  const { clock, log } = runtime
  const { database: target, key } = artifact
  const name = JSON.stringify(target)
  const sql = createDatabase(target, artifact.content)
  await server.runSql({ access, sql, name: `the making of database ${name}` })
  const survey = { access, databases: [target], paths: [], compression: 'none', dumpOptions: [] } as const
  const { inventory } = await server.survey(survey)
  const startedMs = clock.monotonicMs()
  const comparison = await withProgress(runtime, `database ${target}`, artifact.bytes, onProgress =>
    importAndCompare(
      {
        dump: { ...artifact, etag },
        content: artifact.content,
        events: content.events,
        target,
        options: point.manifest.server.database?.options ?? [],
        isSameTool: isSameTool(point.manifest, inventory),
        readLayoutFree: () => readLayoutFree(artifact, work),
      },
      {
        ...{ store, server, access, signal, onProgress },
        // Both ends are on one machine.
        hasGzip: false,
        onImported: () => {
          drilled.importMs += clock.monotonicMs() - startedMs
          log.info(`The rows of ${name} are in; it is dumped again and compared.`)
        },
      },
    ),
  )
  if (comparison.differences.length > 0) {
    const message = `The database ${name} was restored for a trial and is not what the manifest says: ${comparison.differences.join('; ')}.`
    return [{ code: 'restored', key, message }]
  }
  if (comparison.warnings.length > 0)
    return comparison.warnings.map(({ message }) => incomparable(message, key, work))
  log.info(`The database ${name} came out as it was: ${comparison.proof}.`)
  return []
}

/** What cannot be compared is not proven. */
function incomparable(message: string, key: string, { point }: DrillWork): VerifyFinding {
  const { flavor, version } = point.manifest.server.database ?? { flavor: '', version: '' }
  const advice = `Hold the drill on the version that was backed up: "drill-server: ${flavor}:${seriesOf(version)}".`
  return { code: 'not-comparable', key, message, advice }
}

async function readLayoutFree(
  artifact: DatabaseArtifact,
  { store, point, signal }: DrillWork,
): Promise<DumpContent | undefined> {
  const check = checkDump({ passes: 'one or two', rows: 'layout-free' })
  const { prefix, manifest } = point
  const { content } = await rereadArtifact(store, { prefix, manifest, artifact }, { signal, check })
  return content !== undefined && 'tables' in content ? content : undefined
}

/** In whose name things are made must be there, or nothing made so can be used: no view can be read that stands on another. */
async function makeDefiners(
  { needs }: RereadDatabase,
  { runtime }: DrillWork,
  { access }: OpenDrillServer,
  server: RestoreServer,
): Promise<void> {
  for (const definer of needs.definers) {
    const isRole = !definer.includes('@')
    const account = isRole ? quotedIdentifier(definer) : quotedAccount(definer)
    const sql = `CREATE ${isRole ? 'ROLE' : 'USER'} IF NOT EXISTS ${account};\nGRANT ALL ON *.* TO ${account};`
    try {
      await server.runSql({ access, sql, name: `the making of ${definer}` })
    } catch (error) {
      runtime.log.info(`${messageOf(error)} What is made in that name may not be usable in this drill.`)
    }
  }
}
