import { isSameObject } from '../../../repository/artifact/reader'
import { ActionError, FailureError, UserError } from '../../../runtime/errors'
import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import type { RestoredItem } from '../../restore-item'
import { describeDatabase } from '../target/describe-database'
import type { PlannedDatabase } from '../target/planned-database'
import { type DatabaseWork, importTools } from './database-work'
import { emptyTarget, emptyTargetOrLeave } from './empty-target'
import type { ImportedRows } from './import-and-compare'
import { compareRead, importRead } from './import-read'
import { brokenViewWarnings, makeStandingViews } from './make-views-one-by-one'
import { rereadOf } from './reread-database'
import { addDatabaseRollback } from './rollback/database-rollback'
import type { DatabaseState } from './rollback/database-state'
import { takeSafetyDump } from './rollback/safety-dump'

/** Dumps every database that is to be replaced, before the first of them is touched. */
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

/** A database on its way in. */
interface PendingImport {
  planned: PlannedDatabase
  state: DatabaseState
  rows: ImportedRows
  importMs: number
}

/**
 * Imports the databases: the rows of one after another, then the views of all, since they may stand on each other's
 * tables, then each is compared with its manifest and gets its events. Throws the first thing that went wrong.
 */
export async function importDatabases(work: DatabaseWork): Promise<RestoredItem[]> {
  const { context } = work
  const pending: PendingImport[] = []
  for (const planned of work.databases) {
    await assertUnchanged(planned, work)
    // One that was made by others since the look is not ours to drop: making it fails then, and nothing is to be
    // undone.
    if (planned.state === 'absent') await emptyTarget(planned, work)
    const state = noteDatabase(planned, work)
    addDatabaseRollback(planned, work, state)
    state.phase = 'writing'
    context.save()
    if (planned.state !== 'absent') await emptyTargetOrLeave(planned, state, work)
    pending.push(await explained(planned, importInto(planned, state, work)))
  }
  for (const each of pending) await explained(each.planned, makeViewsOf(each, work))
  const restored: RestoredItem[] = []
  for (const each of pending) {
    restored.push(await explained(each.planned, compareAndFinish(each, work)))
    each.state.phase = 'done'
    context.save()
  }
  return restored
}

/** A view whose tables are missing is skipped, not fatal. */
async function makeViewsOf({ rows }: PendingImport, work: DatabaseWork): Promise<void> {
  const { context } = work
  context.warn(brokenViewWarnings(await makeStandingViews(rows, importTools(work, context.signal))))
}

function explained<T>(planned: PlannedDatabase, step: Promise<T>): Promise<T> {
  return step.catch(error => {
    throw explainOwnName(error, planned)
  })
}

/**
 * The slot may have been written since it was read, by another host or by hand: better now than with half of it
 * imported.
 */
async function assertUnchanged({ artifact }: PlannedDatabase, { context, sound }: DatabaseWork): Promise<void> {
  const stored = await context.repository.store.head(artifact.key)
  if (isSameObject(stored, rereadOf(sound, artifact)?.artifact)) return
  throw new FailureError(`"${artifact.key}" was replaced since it was read and checked.`, {
    advice: 'Run again: the recovery point that is there now is checked then, or choose another one.',
  })
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

/** Under another name, what names its own database means the old one; that shows only when it is used. */
function explainOwnName(error: unknown, { artifact, target }: PlannedDatabase): unknown {
  const { database } = artifact
  if (database === target || !(error instanceof ActionError)) return error
  // As the servers quote it: the name of the target may hold the other one.
  const quotations = [`'${database}'`, `'${database}.`, ` ${database}.`, `\`${database}\``]
  if (!quotations.some(quotation => error.message.includes(quotation))) return error
  return new UserError(error.message, {
    cause: error,
    detail: error.detail,
    advice: `Something in the dump of ${JSON.stringify(database)} names its own database. Restore it under its own name, on another server if the live one must stay.`,
  })
}

async function importInto(planned: PlannedDatabase, state: DatabaseState, work: DatabaseWork): Promise<PendingImport> {
  const { target, artifact } = planned
  const { context } = work
  const { clock } = context.runtime
  const read = rereadOf(work.sound, artifact)
  if (read === undefined) throw new TypeError(`The dump of ${artifact.database} was not read before.`)
  const startedMs = clock.monotonicMs()
  const tools = importTools(work, context.signal)
  const rows = await importRead(read, target, context, work.target?.found.inventory, tools)
  return { planned, state, rows, importMs: clock.monotonicMs() - startedMs }
}

async function compareAndFinish({ planned, rows, importMs }: PendingImport, work: DatabaseWork): Promise<RestoredItem> {
  const { context } = work
  const { clock, log } = context.runtime
  const { target, artifact } = planned
  const { database, content } = artifact
  const startedMs = clock.monotonicMs()
  const tools = importTools(work, context.signal)
  const { differences, warnings, proof } = await compareRead(rows, context, tools)
  if (differences.length > 0) {
    throw new FailureError(
      `The database ${JSON.stringify(target)} was imported and is not what the manifest says: ${differences.join('; ')}.`,
      {
        detail: differences,
        advice:
          'Something else may have written to it meanwhile: stop the site and what writes to the database (cron jobs), then run again.',
      },
    )
  }
  context.warn(warnings)
  log.info(`The database ${JSON.stringify(target)} was dumped again and is restored: ${proof}.`)
  return {
    ...describeDatabase(planned, work.settings),
    ...{ proof, kept: null, durationMs: importMs + clock.monotonicMs() - startedMs },
    output: { kind: 'database', database, target, tables: content.tables.length },
  }
}
