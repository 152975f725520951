import { type Finding, problem } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { FailureError, messageOf } from '../../../runtime/errors'
import { asFinding, drillOnly } from '../../drill/drill-finding'
import { createDatabase } from '../client/database-statements'
import { grantPattern, quotedDefiner, quotedIdentifier } from '../client/sql-names'
import { databaseServerOver } from '../database-server'
import { grantsOf } from '../inventory/grants'
import { brokenViewWarnings } from '../restore/import/make-objects'
import { compareImported, type ImportedRows, importRead, makeUsableViews } from '../restore/import-and-compare'
import type { RereadDatabase } from '../restore/reread-database'
import { compareSeries, seriesOf } from '../target/server-version'
import { type DatabaseDrill, drillTools } from './drill-work'
import { explainOtherDatabase, missingDatabase } from './other-database'

interface DrilledDatabases {
  findings: Finding[]
  /** Every database was imported, so that checks make sense. */
  isComplete: boolean
  /** Duration of the imports, without the comparisons. */
  importMs: number
  /** How many were compared. */
  tables: number
}

/**
 * Imports every database under its own name, with the code of a restore and in its order: the rows of all, the views of
 * all, then each is compared with its manifest. One that fails is a finding, and the others continue.
 */
export async function importDatabases(drill: DatabaseDrill): Promise<DrilledDatabases> {
  const drilled: DrilledDatabases = { findings: [], isComplete: true, importMs: 0, tables: 0 }
  const attempt = async <T>(key: string, database: string, step: () => Promise<T>): Promise<T[]> => {
    try {
      return [await step()]
    } catch (error) {
      drilled.findings.push(importFinding(key, error, drill))
      drilled.isComplete = false
      drill.runtime.log.info(`The database ${JSON.stringify(database)} could not be imported.`)
      return []
    }
  }
  const imported: ImportedRows[] = []
  for (const read of drill.databases) {
    const { key, database } = read.artifact
    imported.push(...(await attempt(key, database, () => importDatabase(read, drill, drilled))))
  }
  const complete: ImportedRows[] = []
  for (const rows of imported) {
    const { dump, target } = rows.request
    complete.push(...(await attempt(dump.key, target, () => makeAllViews(rows, drill, drilled))))
  }
  for (const rows of complete) {
    const { dump, target } = rows.request
    await attempt(dump.key, target, () => compareDatabase(rows, drill, drilled))
  }
  return drilled
}

function importFinding(key: string, error: unknown, { databases, signal }: DatabaseDrill): Finding {
  const finding = asFinding('import', key, error, signal)
  const names = databases.map(({ artifact }) => artifact.database)
  return finding.code === 'import' ? drillOnly(explainOtherDatabase(finding, names)) : finding
}

async function importDatabase(
  read: RereadDatabase,
  drill: DatabaseDrill,
  drilled: DrilledDatabases,
): Promise<ImportedRows> {
  await createDefiners(read, drill)
  return timed(drill, drilled, async () => {
    const { database, content } = read.artifact
    const { access, connection } = drill.server
    const server = databaseServerOver(connection)
    const sql = createDatabase(database, content)
    await server.runSql({ access, sql, name: `the creation of database ${JSON.stringify(database)}` })
    return importRead(read, database, drill.point, drillTools(drill))
  })
}

/** As in a restore, a view of a table that the backup leaves out is skipped. One of another database is a finding. */
async function makeAllViews(
  rows: ImportedRows,
  drill: DatabaseDrill,
  drilled: DrilledDatabases,
): Promise<ImportedRows> {
  const names = drill.databases.map(({ artifact }) => artifact.database)
  const broken = await timed(drill, drilled, () => makeUsableViews(rows, drillTools(drill)))
  const elsewhere = broken.find(({ message }) => missingDatabase(message, names) !== undefined)
  if (elsewhere !== undefined) throw new FailureError(elsewhere.message)
  drill.warnings.push(...brokenViewWarnings(broken))
  return rows
}

async function timed<T>({ runtime }: DatabaseDrill, drilled: DrilledDatabases, step: () => Promise<T>): Promise<T> {
  const startedMs = runtime.clock.monotonicMs()
  try {
    return await step()
  } finally {
    drilled.importMs += runtime.clock.monotonicMs() - startedMs
  }
}

async function compareDatabase(rows: ImportedRows, drill: DatabaseDrill, drilled: DrilledDatabases): Promise<void> {
  const { dump, target, content } = rows.request
  const { key } = dump
  const name = JSON.stringify(target)
  const { differences, warnings, proof } = await compareImported(rows, drillTools(drill))
  drilled.tables += content.tables.length
  drill.warnings.push(...warnings)
  if (differences.length === 0) {
    drill.runtime.log.info(`The database ${name} was dumped again and is the same: ${proof}.`)
    return
  }
  const found = listed(
    differences.map(({ difference }) => difference),
    5,
  )
  const what = `The database ${name} was restored in the drill and differs from its dump: ${found}.`
  const { flavor, version } = drill.point.manifest.server.database ?? drill.server.version
  const isSame = flavor === drill.server.version.flavor && compareSeries(version, drill.server.version.version) === 0
  // Another version may keep other values: then the drill is to blame, not what is stored.
  const fix = `Run the drill on the version that was backed up: "drill-server: ${flavor}:${seriesOf(version)}".`
  const finding = { ...problem('restored', what, isSame ? undefined : fix), key }
  drilled.findings.push(isSame ? finding : drillOnly(finding))
}

/**
 * The definers of views and routines must exist, or nothing of theirs can be used. They get no right outside of the
 * databases of the recovery point.
 */
async function createDefiners({ needs }: RereadDatabase, drill: DatabaseDrill): Promise<void> {
  const { runtime, server, databases, target } = drill
  const rules = grantsOf(target.found.inventory).server
  const names = databases.map(({ artifact }) => quotedIdentifier(grantPattern(rules, artifact.database)))
  const { connection, access } = server
  for (const definer of needs.definers) {
    const account = quotedDefiner(definer)
    const grants = names.map(name => `GRANT ALL ON ${name}.* TO ${account};`)
    const kind = definer.includes('@') ? 'USER' : 'ROLE'
    const sql = [`CREATE ${kind} IF NOT EXISTS ${account};`, ...grants].join('\n')
    try {
      await databaseServerOver(connection).runSql({ access, sql, name: `the creation of ${definer}` })
    } catch (error) {
      runtime.log.info(`${messageOf(error)} Objects of that user may not be usable in this drill.`)
    }
  }
}
