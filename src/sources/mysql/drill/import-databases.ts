import { type Finding, problem } from '../../../findings/finding'
import { withProgress } from '../../../pipeline/transfer-progress'
import { FailureError, messageOf } from '../../../runtime/errors'
import { type RestoreServer, restoreServerOver } from '../../../sources/host/restore-server'
import { type Server, serverOver } from '../../../sources/host/server'
import { createDatabase } from '../../../sources/mysql/client/database-statements'
import { quotedAccount, quotedIdentifier } from '../../../sources/mysql/client/sql-names'
import type { OpenDrillServer } from '../../../sources/mysql/drill/open-drill-server'
import { missingDatabase } from '../../../sources/mysql/drill/other-database'
import { seriesOf } from '../../../sources/mysql/drill/server-version'
import {
  compareImported,
  type ImportedRows,
  type ImportTools,
  importRows,
} from '../../../sources/mysql/restore/import-and-compare'
import { brokenViewWarnings, makeStandingViews } from '../../../sources/mysql/restore/make-views-one-by-one'
import type { RereadDatabase } from '../../../sources/mysql/restore/reread-database'
import { rowFormatOf } from '../../../sources/mysql/restore/row-format'
import { rereadLayoutFree } from '../../reread-artifact'
import { asFinding } from './drill-finding'
import type { DrillWork } from './drill-work'

export interface DrilledDatabases {
  findings: Finding[]
  /** Every database came in, so that questions to them make sense. */
  isImported: boolean
  /** How long the imports took, without the comparisons. */
  importMs: number
  /** How many were compared. */
  tables: number
  /** What a restore would tell too. */
  warnings: Finding[]
}

/** A database of the drill whose rows are in. */
interface PendingImport {
  read: RereadDatabase
  rows: ImportedRows
}

/**
 * Imports every database under its own name, with the code of a restore and in its order: the rows of all, the views of all, then each is
 * compared with its manifest.
 */
export async function drillDatabases(work: DrillWork, server: OpenDrillServer): Promise<DrilledDatabases> {
  const drilled: DrilledDatabases = { findings: [], isImported: true, importMs: 0, tables: 0, warnings: [] }
  const jobs = { ...serverOver(server.connection), ...restoreServerOver(server.connection) }
  const tools = importTools(work, server, jobs)
  /** What goes through with it; a database that does not is told, and the others go on. */
  const each = async <T, R>(
    items: readonly T[],
    readOf: (item: T) => RereadDatabase,
    step: (item: T) => Promise<R>,
  ) => {
    const through: R[] = []
    for (const item of items) {
      const { key, database } = readOf(item).artifact
      try {
        through.push(await step(item))
      } catch (error) {
        drilled.findings.push(asFinding('import', key, error, work.signal))
        drilled.isImported = false
        work.runtime.log.info(`The database ${JSON.stringify(database)} could not be imported.`)
      }
    }
    return through
  }
  const coming = await each(
    work.point.reread.databases,
    read => read,
    async read => {
      await makeDefiners(read, work, server, jobs)
      return timed(work, drilled, () => importDatabase(read, work, server, jobs))
    },
  )
  const complete = await each(
    coming,
    ({ read }) => read,
    async imported => {
      await timed(work, drilled, () => makeEveryView(imported, work, tools, drilled))
      return imported
    },
  )
  await each(
    complete,
    ({ read }) => read,
    async ({ read, rows }) => {
      drilled.findings.push(...(await compareDatabase(read, rows, work, tools, drilled)))
      drilled.tables += read.artifact.content.tables.length
    },
  )
  return drilled
}

/** As a restore does: a view over a table that the backup leaves out costs nothing else. One over another database is a finding. */
async function makeEveryView(
  { rows }: PendingImport,
  { point }: DrillWork,
  tools: ImportTools,
  drilled: DrilledDatabases,
): Promise<void> {
  const names = point.reread.databases.map(({ artifact }) => artifact.database)
  const broken = await makeStandingViews(rows, tools)
  const elsewhere = broken.find(({ message }) => missingDatabase(message, names) !== undefined)
  if (elsewhere !== undefined) throw new FailureError(elsewhere.message)
  drilled.warnings.push(...brokenViewWarnings(broken))
}

async function timed<T>(
  { runtime }: DrillWork,
  drilled: DrilledDatabases,
  step: () => Promise<T>,
): Promise<T> {
  const startedMs = runtime.clock.monotonicMs()
  try {
    return await step()
  } finally {
    drilled.importMs += runtime.clock.monotonicMs() - startedMs
  }
}

function importTools(
  { point, signal }: DrillWork,
  { access }: OpenDrillServer,
  server: Server & RestoreServer,
): ImportTools {
  // Both ends are on one machine.
  return { repository: point.repository, server, access, signal, hasGzip: false }
}

async function importDatabase(
  read: RereadDatabase,
  work: DrillWork,
  open: OpenDrillServer,
  server: Server & RestoreServer,
): Promise<PendingImport> {
  const { artifact, content } = read
  const { runtime, point, signal } = work
  const { manifest } = point
  const { access } = open
  const { database: target } = artifact
  const name = JSON.stringify(target)
  const sql = createDatabase(target, artifact.content)
  await server.runSql({ access, sql, name: `the making of database ${name}` })
  const request = { access, databases: [target], paths: [], compression: 'none', dumpOptions: [] } as const
  const { inventory } = await server.inventory(request)
  const rows = await withProgress(runtime, `database ${target}`, artifact.bytes, onProgress =>
    importRows(
      {
        dump: artifact,
        content: artifact.content,
        events: content.events,
        target,
        options: manifest.server.database?.options ?? [],
        rowFormat: rowFormatOf(manifest, inventory),
        readLayoutFree: () => rereadLayoutFree(point, artifact, signal),
      },
      { ...importTools(work, open, server), onProgress },
    ),
  )
  runtime.log.info(`The rows of ${name} are in.`)
  return { read, rows }
}

async function compareDatabase(
  { artifact }: RereadDatabase,
  rows: ImportedRows,
  work: DrillWork,
  tools: ImportTools,
  drilled: DrilledDatabases,
): Promise<Finding[]> {
  const { runtime } = work
  const { key } = artifact
  const name = JSON.stringify(artifact.database)
  const comparison = await withProgress(
    runtime,
    `comparing ${artifact.database}`,
    artifact.content.bytes,
    onCompare => compareImported(rows, { ...tools, onCompare }),
  )
  if (comparison.differences.length > 0) {
    const message = `The database ${name} was restored for a trial and is not what the manifest says: ${comparison.differences.join('; ')}.`
    return [{ ...problem('restored', message), key }]
  }
  const isRows = ({ code }: Finding) => code === 'rows-not-comparable'
  drilled.warnings.push(...comparison.warnings.filter(warning => !isRows(warning)))
  const notCompared = comparison.warnings.filter(isRows)
  if (notCompared.length > 0) return notCompared.map(({ what }) => incomparable(what, key, work))
  runtime.log.info(`The database ${name} was dumped again and came out as it was: ${comparison.proof}.`)
  return []
}

/** What cannot be compared is not proven. */
function incomparable(message: string, key: string, { point }: DrillWork): Finding {
  const { flavor, version } = point.manifest.server.database ?? { flavor: '', version: '' }
  const advice = `Hold the drill on the version that was backed up: "drill-server: ${flavor}:${seriesOf(version)}".`
  return { ...problem('not-comparable', message, advice), key }
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
