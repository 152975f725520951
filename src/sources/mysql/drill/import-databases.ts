import { type Finding, problem } from '../../../findings/finding'
import { FailureError, messageOf } from '../../../runtime/errors'
import { asFinding } from '../../drill/drill-finding'
import { createDatabase } from '../client/database-statements'
import { quotedAccount, quotedIdentifier } from '../client/sql-names'
import { databaseServerOver } from '../database-server'
import type { ImportedRows } from '../restore/import-and-compare'
import { compareRead, importRead } from '../restore/import-read'
import { brokenViewWarnings, makeStandingViews } from '../restore/make-views-one-by-one'
import type { RereadDatabase } from '../restore/reread-database'
import { type DatabaseDrill, drillTools } from './drill-work'
import { missingDatabase } from './other-database'
import { seriesOf } from './server-version'

export interface DrilledDatabases {
  findings: Finding[]
  /** Every database came in, so that questions to them make sense. */
  isComplete: boolean
  /** How long the imports took, without the comparisons. */
  importMs: number
  /** How many were compared. */
  tables: number
  /** What a restore would warn of too. */
  warnings: Finding[]
}

/** A database of the drill whose rows are in. */
interface PendingImport {
  read: RereadDatabase
  rows: ImportedRows
}

/**
 * Imports every database under its own name, with the code of a restore and in its order: the rows of all, the views of
 * all, then each is compared with its manifest. One that fails is a finding, and the others go on.
 */
export async function importDatabases(drill: DatabaseDrill): Promise<DrilledDatabases> {
  const drilled: DrilledDatabases = { findings: [], isComplete: true, importMs: 0, tables: 0, warnings: [] }
  /** What comes through a step. */
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
        drilled.findings.push(asFinding('import', key, error, drill.signal))
        drilled.isComplete = false
        drill.runtime.log.info(`The database ${JSON.stringify(database)} could not be imported.`)
      }
    }
    return through
  }
  const pending = await each(
    drill.databases,
    read => read,
    async read => {
      await makeDefiners(read, drill)
      return timed(drill, drilled, () => importDatabase(read, drill))
    },
  )
  const complete = await each(
    pending,
    ({ read }) => read,
    async imported => {
      drilled.warnings.push(...(await timed(drill, drilled, () => makeEveryView(imported, drill))))
      return imported
    },
  )
  await each(
    complete,
    ({ read }) => read,
    async imported => {
      const { findings, warnings } = await compareDatabase(imported, drill)
      drilled.findings.push(...findings)
      drilled.warnings.push(...warnings)
      drilled.tables += imported.read.artifact.content.tables.length
    },
  )
  return drilled
}

/**
 * As a restore does: a view over a table that the backup leaves out costs nothing else. One over another database is a
 * finding.
 */
async function makeEveryView({ rows }: PendingImport, drill: DatabaseDrill): Promise<Finding[]> {
  const names = drill.databases.map(({ artifact }) => artifact.database)
  const broken = await makeStandingViews(rows, drillTools(drill))
  const elsewhere = broken.find(({ message }) => missingDatabase(message, names) !== undefined)
  if (elsewhere !== undefined) throw new FailureError(elsewhere.message)
  return brokenViewWarnings(broken)
}

async function timed<T>({ runtime }: DatabaseDrill, drilled: DrilledDatabases, step: () => Promise<T>): Promise<T> {
  const startedMs = runtime.clock.monotonicMs()
  try {
    return await step()
  } finally {
    drilled.importMs += runtime.clock.monotonicMs() - startedMs
  }
}

async function importDatabase(read: RereadDatabase, drill: DatabaseDrill): Promise<PendingImport> {
  const { database, content } = read.artifact
  const { access, connection } = drill.server
  const server = databaseServerOver(connection)
  const sql = createDatabase(database, content)
  await server.runSql({ access, sql, name: `the making of database ${JSON.stringify(database)}` })
  const { inventory } = await server.inventory({ access, databases: [database] })
  return { read, rows: await importRead(read, database, drill, inventory, drillTools(drill)) }
}

async function compareDatabase(
  { read, rows }: PendingImport,
  drill: DatabaseDrill,
): Promise<{ findings: Finding[]; warnings: Finding[] }> {
  const { key, database } = read.artifact
  const name = JSON.stringify(database)
  const { differences, warnings, proof } = await compareRead(rows, drill, drillTools(drill))
  if (differences.length > 0) {
    const what = `The database ${name} was restored for a trial and is not what the manifest says: ${differences.join('; ')}.`
    return { findings: [{ ...problem('restored', what), key }], warnings: [] }
  }
  const isRows = ({ code }: Finding) => code === 'rows-not-comparable'
  const findings = warnings.filter(isRows).map(({ what }) => incomparable(what, key, drill))
  if (findings.length === 0)
    drill.runtime.log.info(`The database ${name} was dumped again and came out as it was: ${proof}.`)
  return { findings, warnings: warnings.filter(warning => !isRows(warning)) }
}

/** What cannot be compared is not proven. */
function incomparable(what: string, key: string, { point }: DatabaseDrill): Finding {
  const { flavor, version } = point.manifest.server.database ?? { flavor: '', version: '' }
  const advice = `Hold the drill on the version that was backed up: "drill-server: ${flavor}:${seriesOf(version)}".`
  return { ...problem('not-comparable', what, advice), key }
}

/**
 * The users in whose name things are made must be there, or nothing made so can be used: no view can be read that
 * stands on another.
 */
async function makeDefiners({ needs }: RereadDatabase, { runtime, server }: DatabaseDrill): Promise<void> {
  const { connection, access } = server
  for (const definer of needs.definers) {
    const isRole = !definer.includes('@')
    const account = isRole ? quotedIdentifier(definer) : quotedAccount(definer)
    const sql = `CREATE ${isRole ? 'ROLE' : 'USER'} IF NOT EXISTS ${account};\nGRANT ALL ON *.* TO ${account};`
    try {
      await databaseServerOver(connection).runSql({ access, sql, name: `the making of ${definer}` })
    } catch (error) {
      runtime.log.info(`${messageOf(error)} What is made in that name may not be usable in this drill.`)
    }
  }
}
