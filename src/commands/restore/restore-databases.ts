import type { DumpContent } from '../../checks/content-check'
import { checkDump } from '../../checks/dump-check'
import { ActionError, FailureError, UserError } from '../../runtime/errors'
import { plural } from '../../runtime/format-count'
import { formatSize } from '../../runtime/format-size'
import { alterDatabase, createDatabase } from '../../server/database-statements'
import type { DatabaseInventory } from '../../server/inventory'
import type { DatabaseArtifact } from '../../snapshot/manifest'
import { rereadArtifact } from '../reread-artifact'
import { withProgress } from '../transfer-progress'
import { addDatabaseWayBack, importContext } from './database-way-back'
import { compareImported, type ImportedRows, importRows, makeViews } from './import-and-compare'
import { isSameTool } from './is-same-tool'
import type { PlannedDatabase } from './judge-target'
import { remakeDatabase, runOwnSql } from './remake-database'
import type { DatabaseState } from './restore-state'
import type { RestoreWork } from './restore-work'
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
interface Coming {
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
  const coming: Coming[] = []
  for (const planned of work.verdict.databases) {
    await assertUnchanged(planned, work)
    // A database that somebody else has made since the look is not ours to drop: making ours fails, and nothing is to be undone.
    if (planned.state === 'absent') await makeRoom(planned, work)
    const state = noteDatabase(planned, work, safety.get(planned.target))
    addDatabaseWayBack(planned, work, state, safety.get(planned.target))
    state.phase = 'writing'
    work.save()
    if (planned.state !== 'absent') await makeRoomOrLeave(planned, state, work)
    coming.push(await named(planned, importInto(planned, state, work)))
  }
  const tools = importContext(work, work.signal)
  for (const { planned, rows } of coming) await named(planned, makeViews(rows, tools))
  for (const each of coming) {
    await named(each.planned, compareAndFinish(each, work))
    each.state.phase = 'done'
    work.save()
  }
}

function named<T>(planned: PlannedDatabase, step: Promise<T>): Promise<T> {
  return step.catch(error => {
    throw namingItself(error, planned)
  })
}

async function rereadLayoutFree(
  artifact: DatabaseArtifact,
  work: RestoreWork,
): Promise<DumpContent | undefined> {
  const check = checkDump({ passes: 'one or two', rows: 'layout-free' })
  const place = { prefix: work.prefix, manifest: work.manifest, artifact }
  const { content } = await rereadArtifact(work.store, place, { signal: work.signal, check })
  return content !== undefined && 'tables' in content ? content : undefined
}

/** A backup by another host, or somebody, may have written the slot since it was read: better now than with half of it imported. */
async function assertUnchanged({ artifact }: PlannedDatabase, { store, reread }: RestoreWork): Promise<void> {
  const stored = await store.head(artifact.key)
  const read = reread.databases.find(each => each.artifact === artifact)
  if (stored !== undefined && stored.etag === read?.etag) return
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

/** What was not touched after all, since somebody held it or a right was missing, is not to be undone: it may have been written to since. */
async function makeRoomOrLeave(
  planned: PlannedDatabase,
  state: DatabaseState,
  work: RestoreWork,
): Promise<void> {
  try {
    await makeRoom(planned, work)
  } catch (error) {
    if (!work.signal.aborted && (await isIntact(planned, work))) {
      state.phase = 'intact'
      work.save()
    }
    throw error
  }
}

async function isIntact(
  { target, present }: PlannedDatabase,
  { server, inputs }: RestoreWork,
): Promise<boolean> {
  const request = {
    access: inputs.mysql,
    databases: [target],
    paths: [],
    compression: 'none',
    dumpOptions: [],
  } as const
  const { inventory } = await server.survey(request)
  const now = inventory?.databases.find(({ name }) => name === target)
  return now !== undefined && present !== undefined && namesIn(now) === namesIn(present)
}

function namesIn({ tables, triggers, routines, events }: DatabaseInventory): string {
  const names = [
    ...tables.map(({ kind, name }) => `${kind} ${name}`),
    ...triggers.map(({ name }) => `trigger ${name}`),
    ...routines.map(({ kind, name }) => `${kind} ${name}`),
    ...events.map(name => `event ${name}`),
  ]
  return JSON.stringify(names.sort())
}

/** An empty database under the target's name, with the defaults of the one that was backed up. */
async function makeRoom(
  { target, state, artifact, present }: PlannedDatabase,
  work: RestoreWork,
): Promise<void> {
  const { content } = artifact
  const place = { server: work.server, access: work.inputs.mysql, signal: work.signal }
  const name = `the making of database ${JSON.stringify(target)}`
  if (state === 'absent') await runOwnSql(place, createDatabase(target, content), name)
  else if (state === 'filled') await remakeDatabase(place, target, content, name)
  else if (present?.collation !== content.collation)
    await runOwnSql(place, alterDatabase(target, content), name)
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
): Promise<Coming> {
  const { target, artifact } = planned
  const { clock, log } = work.runtime
  const read = work.reread.databases.find(each => each.artifact === artifact)
  if (read === undefined) throw new TypeError(`The dump of ${artifact.database} was not read before.`)
  const startedMs = clock.monotonicMs()
  const rows = await withProgress(work.runtime, `database ${target}`, artifact.bytes, onProgress =>
    importRows(
      {
        dump: { ...artifact, etag: read.etag },
        content: artifact.content,
        events: read.content.events,
        target,
        options: work.manifest.server.database?.options ?? [],
        isSameTool: isSameTool(work.manifest, work.verdict.inventory),
        readLayoutFree: () => rereadLayoutFree(artifact, work),
      },
      { ...importContext(work, work.signal), onProgress },
    ),
  )
  log.info(`The rows of ${JSON.stringify(target)} are in.`)
  return { planned, state, rows, importMs: clock.monotonicMs() - startedMs }
}

async function compareAndFinish({ planned, rows, importMs }: Coming, work: RestoreWork): Promise<void> {
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
