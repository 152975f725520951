import { warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { isSameObject } from '../../../repository/artifact/reader'
import { ActionError, FailureError, UserError } from '../../../runtime/errors'
import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import type { RestoredItem } from '../../restore-item'
import type { HeldObject } from '../check/split/held-object'
import { alterDatabase, createDatabase } from '../client/database-statements'
import type { DatabaseInventory } from '../inventory/inventory'
import { describeDatabase, type PlannedDatabase } from '../target/planned-database'
import type { Difference } from './compare/difference'
import { type DatabaseWork, importTools, serverOf } from './database-work'
import { brokenViewWarnings } from './import/make-objects'
import { compareImported, type ImportedRows, importRead, makeUsableViews } from './import-and-compare'
import { remakeDatabase, runOwnSql } from './remake-database'
import { rereadOf } from './reread-database'
import { addAccountRollback, addDatabaseRollback } from './rollback/database-rollback'
import type { DatabaseState } from './rollback/database-state'
import { takeSafetyDump } from './rollback/safety-dump'

/** Dumps every database that is to be replaced, before the first of them is changed. */
export async function takeSafetyDumps(work: DatabaseWork): Promise<void> {
  const { context, safety, settings } = work
  if (!settings.safetyBackup) return
  for (const planned of work.databases) {
    if (planned.state !== 'filled') continue
    const dump = await takeSafetyDump(planned, work)
    safety.set(planned.target, dump)
    context.keep(dump.key)
    context.runtime.log.info(
      `The database ${JSON.stringify(planned.target)} as it is now: ${dump.key} (${formatSize(dump.bytes)}, ${plural(dump.content.tables.length, 'table')}).`,
    )
  }
}

interface PendingImport {
  planned: PlannedDatabase
  state: DatabaseState
  rows: ImportedRows
  importMs: number
}

/**
 * Imports the rows of one database after another, then makes the views and routines of all, since they may use tables
 * of each other; then compares each with its manifest and makes its events. Throws the first error.
 */
export async function importDatabases(work: DatabaseWork): Promise<RestoredItem[]> {
  const { context } = work
  const pending: PendingImport[] = []
  for (const planned of work.databases) pending.push(await explained(planned, importPlanned(planned, work)))
  for (const each of pending) await explained(each.planned, makeViewsOf(each, work))
  const restored: RestoredItem[] = []
  for (const each of pending) {
    restored.push(await explained(each.planned, compareAndFinish(each, work)))
    each.state.phase = 'done'
    context.save()
  }
  return restored
}

async function importPlanned(planned: PlannedDatabase, work: DatabaseWork): Promise<PendingImport> {
  const along = work.along.get(planned.target)
  if (along === undefined) {
    await assertUnchanged(planned, work)
    return importInto(planned, await beginDatabase(planned, work), work)
  }
  const { state, importMs, rows } = along
  if ('failure' in rows) throw rows.failure
  const pending = await importInto(planned, state, work, rows.objects)
  return { ...pending, importMs: pending.importMs + importMs }
}

/** Makes a target ready for its import. From here on the rollback puts it back. */
export async function beginDatabase(planned: PlannedDatabase, work: DatabaseWork): Promise<DatabaseState> {
  if (work.state.databases.length === 0) addAccountRollback(work)
  // Creating it fails when others have created it since the check: then there is nothing to roll back.
  if (planned.state === 'absent') await emptyTarget(planned, work)
  const state = noteDatabase(planned, work)
  addDatabaseRollback(state, work)
  state.phase = 'writing'
  work.context.save()
  if (planned.state !== 'absent') await emptyTargetOrLeave(planned, state, work)
  return state
}

/** A view whose tables are missing is skipped, not fatal. */
async function makeViewsOf({ rows }: PendingImport, work: DatabaseWork): Promise<void> {
  work.context.warn(brokenViewWarnings(await makeUsableViews(rows, importTools(work))))
}

function explained<T>(planned: PlannedDatabase, step: Promise<T>): Promise<T> {
  return step.catch(error => {
    throw explainOwnName(error, planned)
  })
}

/** The slot may have been overwritten since it was read: fails before half of it is imported. */
async function assertUnchanged({ artifact }: PlannedDatabase, { context, sound }: DatabaseWork): Promise<void> {
  const stored = await context.repository.store.head(artifact.key)
  if (isSameObject(stored, rereadOf(sound, artifact)?.artifact)) return
  throw new FailureError(`"${artifact.key}" was replaced since it was read and checked.`, {
    advice: 'Run again, which checks the new recovery point, or choose another one.',
  })
}

/**
 * What failed before it changed anything, at a lock or a missing right, is not rolled back: others may have written.
 */
async function emptyTargetOrLeave(planned: PlannedDatabase, state: DatabaseState, work: DatabaseWork): Promise<void> {
  try {
    await emptyTarget(planned, work)
  } catch (error) {
    if (!work.context.signal.aborted && (await isIntact(planned, work))) {
      state.phase = 'intact'
      work.context.save()
    }
    throw error
  }
}

async function isIntact({ target, present }: PlannedDatabase, work: DatabaseWork): Promise<boolean> {
  const { inventory } = await serverOf(work).inventory({ access: work.settings.mysql, databases: [target] })
  const now = inventory.databases.find(({ name }) => name === target)
  return now !== undefined && present !== undefined && namesIn(now) === namesIn(present)
}

function namesIn({ tables, triggers, routines, events }: DatabaseInventory): string {
  const names = [
    ...[...tables, ...routines].map(({ kind, name }) => `${kind} ${name}`),
    ...triggers.map(({ name }) => `trigger ${name}`),
    ...events.map(name => `event ${name}`),
  ]
  return JSON.stringify(names.sort())
}

/** Makes the target an empty database with the defaults of the one that was backed up. */
async function emptyTarget({ target, state, artifact, present }: PlannedDatabase, work: DatabaseWork): Promise<void> {
  const { content } = artifact
  const place = { server: serverOf(work), access: work.settings.mysql, signal: work.context.signal }
  const name = `the creation of database ${JSON.stringify(target)}`
  if (state === 'absent') await runOwnSql(place, createDatabase(target, content), name)
  else if (state === 'filled') await remakeDatabase(place, target, content, name)
  else if (present?.collation !== content.collation) await runOwnSql(place, alterDatabase(target, content), name)
}

function noteDatabase(
  { target, state: was, present }: PlannedDatabase,
  { state, safety }: DatabaseWork,
): DatabaseState {
  const noted: DatabaseState = {
    ...{ target, was },
    characterSet: present?.characterSet ?? '',
    collation: present?.collation ?? '',
    safetyKey: safety.get(target)?.key ?? null,
    phase: 'waiting',
  }
  state.databases.push(noted)
  return noted
}

/** Restored under another name, SQL that names its own database still means the original one. */
function explainOwnName(error: unknown, { artifact, target }: PlannedDatabase): unknown {
  const { database } = artifact
  if (database === target || !(error instanceof ActionError)) return error
  // As the servers quote it: the name of the target may contain the original one.
  const quotations = [`'${database}'`, `'${database}.`, ` ${database}.`, `\`${database}\``]
  if (!quotations.some(quotation => error.message.includes(quotation))) return error
  return new UserError(error.message, {
    cause: error,
    detail: error.detail,
    advice: `Something in the dump of ${JSON.stringify(database)} names its own database. Restore it under its own name, on another server if the live one must stay.`,
  })
}

async function importInto(
  planned: PlannedDatabase,
  state: DatabaseState,
  work: DatabaseWork,
  imported?: readonly HeldObject[],
): Promise<PendingImport> {
  const { target, artifact } = planned
  const { context } = work
  const { clock } = context.runtime
  const read = rereadOf(work.sound, artifact)
  if (read === undefined) throw new TypeError(`The dump of ${artifact.database} was not read before.`)
  const startedMs = clock.monotonicMs()
  const rows = await importRead(read, target, context.point, importTools(work), imported)
  return { planned, state, rows, importMs: clock.monotonicMs() - startedMs }
}

async function compareAndFinish({ planned, rows, importMs }: PendingImport, work: DatabaseWork): Promise<RestoredItem> {
  const { context } = work
  const { clock, log } = context.runtime
  const { target, artifact } = planned
  const { database, content } = artifact
  const startedMs = clock.monotonicMs()
  const { differences, warnings, proof } = await compareImported(rows, importTools(work), {
    keepsDifferences: work.settings.acceptDifferences,
  })
  context.differ(differences.map(each => ({ database, target, ...each })))
  if (differences.length > 0) keepOrRefuse(planned, differences, work)
  context.warn(warnings)
  log.info(`The database ${JSON.stringify(target)} was dumped again and compared: ${proof}.`)
  return {
    ...describeDatabase(planned, work.settings),
    ...{ proof, kept: null, durationMs: importMs + clock.monotonicMs() - startedMs },
    output: { kind: 'database', database, target, tables: content.tables.length },
  }
}

/** Throws, unless what differs is accepted. */
function keepOrRefuse({ target }: PlannedDatabase, found: readonly Difference[], work: DatabaseWork): void {
  const differences = found.map(({ difference }) => difference)
  const name = JSON.stringify(target)
  if (work.settings.acceptDifferences) {
    const what = `The database ${name} is kept although it differs from its dump ("accept-differences"): ${listed(differences, 5)}.`
    work.context.warn([warning('differences-accepted', what)])
    return
  }
  throw new FailureError(`The database ${name} was imported and differs from its dump: ${listed(differences, 5)}.`, {
    detail: differences,
    advice:
      'If something else may have written to it meanwhile (the site, a cron job), stop that and run again. Otherwise this server keeps other values than the dump has: restore to a server of the version that was backed up, or keep the database as it is with "accept-differences: true".',
  })
}
