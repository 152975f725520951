import { withProgress } from '../../pipeline/transfer-progress'
import { isSameObject } from '../../repository/artifact/reader'
import { ActionError, FailureError, UserError } from '../../runtime/errors'
import { plural } from '../../runtime/text/format-count'
import { formatSize } from '../../runtime/text/format-size'
import {
  compareImported,
  type ImportedRows,
  importRows,
} from '../../sources/mysql/restore/import-and-compare'
import { brokenViewWarnings, makeStandingViews } from '../../sources/mysql/restore/make-views-one-by-one'
import { rereadOf } from '../../sources/mysql/restore/reread-database'
import { rowFormatOf } from '../../sources/mysql/restore/row-format'
import type { PlannedDatabase } from '../../sources/mysql/target/planned-database'
import { rereadLayoutFree } from '../reread-artifact'
import { emptyTarget, emptyTargetOrLeave } from './empty-target'
import type { DatabaseState } from './restore-state'
import type { RestoreWork } from './restore-work'
import { addDatabaseRollback, importContext } from './rollback/database-rollback'
import { type SafetyDump, takeSafetyDump } from './safety-dump'

/** Dumps every database that is to be replaced, before the first of them is touched. */
export async function takeSafetyDumps(work: RestoreWork): Promise<Map<string, SafetyDump>> {
  const dumps = new Map<string, SafetyDump>()
  if (!work.inputs.safetyBackup) return dumps
  for (const planned of work.verdict.databases) {
    if (planned.state !== 'filled') continue
    const dump = await takeSafetyDump(planned, work)
    dumps.set(planned.target, dump)
    work.report.safetyKeys = [...work.report.safetyKeys, dump.key]
    work.runtime.log.info(
      `The database ${JSON.stringify(planned.target)} as it is now: ${dump.key} (${formatSize(dump.bytes)}, ${plural(dump.content.tables.length, 'table')}).`,
    )
  }
  return dumps
}

/** A database on its way in. */
interface PendingImport {
  planned: PlannedDatabase
  state: DatabaseState
  rows: ImportedRows
  importMs: number
}

/**
 * Imports the databases: the rows of one after another, then the views of all, since they may stand on each other's tables, then each is
 * compared with its manifest and gets its events. Throws the first thing that went wrong.
 */
export async function restoreDatabases(
  work: RestoreWork,
  safety: ReadonlyMap<string, SafetyDump>,
): Promise<void> {
  const coming: PendingImport[] = []
  for (const planned of work.verdict.databases) {
    await assertUnchanged(planned, work)
    // A database that somebody else has made since the look is not ours to drop: making ours fails, and nothing is to be undone.
    if (planned.state === 'absent') await emptyTarget(planned, work)
    const state = noteDatabase(planned, work, safety.get(planned.target))
    addDatabaseRollback(planned, work, state, safety.get(planned.target))
    state.phase = 'writing'
    work.save()
    if (planned.state !== 'absent') await emptyTargetOrLeave(planned, state, work)
    coming.push(await named(planned, importInto(planned, state, work)))
  }
  for (const each of coming) await named(each.planned, makeViewsOf(each, work))
  for (const each of coming) {
    await named(each.planned, compareAndFinish(each, work))
    each.state.phase = 'done'
    work.save()
  }
}

/** A view that stands on nothing must not cost the rest of the site. */
async function makeViewsOf({ rows }: PendingImport, work: RestoreWork): Promise<void> {
  const broken = await makeStandingViews(rows, importContext(work, work.signal))
  work.report.warnings = [...work.report.warnings, ...brokenViewWarnings(broken)]
}

function named<T>(planned: PlannedDatabase, step: Promise<T>): Promise<T> {
  return step.catch(error => {
    throw namingItself(error, planned)
  })
}

/** A backup by another host, or somebody, may have written the slot since it was read: better now than with half of it imported. */
async function assertUnchanged(
  { artifact }: PlannedDatabase,
  { repository, reread }: RestoreWork,
): Promise<void> {
  const stored = await repository.store.head(artifact.key)
  if (isSameObject(stored, rereadOf(reread.databases, artifact)?.artifact)) return
  throw new FailureError(`"${artifact.key}" was replaced since it was read and checked.`, {
    advice: 'Run again: the recovery point that is there now is checked then, or choose another one.',
  })
}

function noteDatabase(
  { target, state: was, present }: PlannedDatabase,
  work: RestoreWork,
  safety: SafetyDump | undefined,
): DatabaseState {
  const state: DatabaseState = {
    target,
    was,
    characterSet: present?.characterSet ?? '',
    collation: present?.collation ?? '',
    safetyKey: safety?.key ?? null,
    phase: 'waiting',
  }
  work.state.databases.push(state)
  return state
}

/** Under another name, what names its own database means the old one; that shows only when it is used. */
function namingItself(error: unknown, { artifact, target }: PlannedDatabase): unknown {
  const { database } = artifact
  if (database === target || !(error instanceof ActionError)) return error
  // As the servers quote it: the name of the target may hold the other one.
  const quotations = [`'${database}'`, `'${database}.`, ` ${database}.`, `\`${database}\``]
  if (!quotations.some(quotation => error.message.includes(quotation))) return error
  return new UserError(error.message, {
    cause: error,
    detail: error.detail,
    advice: `Something in the dump of ${JSON.stringify(artifact.database)} names its own database. Restore it under its own name, on another server if the live one must stay.`,
  })
}

async function importInto(
  planned: PlannedDatabase,
  state: DatabaseState,
  work: RestoreWork,
): Promise<PendingImport> {
  const { target, artifact } = planned
  const { point, signal } = work
  const { manifest } = point
  const { clock, log } = work.runtime
  const read = rereadOf(work.reread.databases, artifact)
  if (read === undefined) throw new TypeError(`The dump of ${artifact.database} was not read before.`)
  const startedMs = clock.monotonicMs()
  const rows = await withProgress(work.runtime, `database ${target}`, artifact.bytes, onProgress =>
    importRows(
      {
        dump: read.artifact,
        content: artifact.content,
        events: read.content.events,
        target,
        options: manifest.server.database?.options ?? [],
        rowFormat: rowFormatOf(manifest, work.verdict.inventory),
        readLayoutFree: () => rereadLayoutFree(point, artifact, signal),
      },
      { ...importContext(work, signal), onProgress },
    ),
  )
  log.info(`The rows of ${JSON.stringify(target)} are in.`)
  return { planned, state, rows, importMs: clock.monotonicMs() - startedMs }
}

async function compareAndFinish(
  { planned, rows, importMs }: PendingImport,
  work: RestoreWork,
): Promise<void> {
  const { runtime, report } = work
  const { target, artifact } = planned
  const startedMs = runtime.clock.monotonicMs()
  const comparison = await withProgress(runtime, `comparing ${target}`, artifact.content.bytes, onCompare =>
    compareImported(rows, { ...importContext(work, work.signal), onCompare }),
  )
  if (comparison.differences.length > 0) {
    throw new FailureError(
      `The database ${JSON.stringify(target)} was imported and is not what the manifest says: ${comparison.differences.join('; ')}.`,
      {
        detail: comparison.differences,
        advice:
          'Something else may have written to it meanwhile: stop the site and what writes to the database (cron jobs), then run again.',
      },
    )
  }
  report.warnings = [...report.warnings, ...comparison.warnings]
  const item = report.items.find(each => each.kind === 'database' && each.target === target)
  if (item !== undefined) {
    item.proof = comparison.proof
    item.importMs = importMs
    item.compareMs = runtime.clock.monotonicMs() - startedMs
  }
  runtime.log.info(
    `The database ${JSON.stringify(target)} was dumped again and is restored: ${comparison.proof}.`,
  )
}
