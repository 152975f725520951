import { withProgress } from '../../../../pipeline/transfer-progress'
import { FailureError } from '../../../../runtime/errors'
import { type DatabaseDefaults, dropDatabase } from '../../client/database-statements'
import { contentOfDump } from '../../dump/content-of-dump'
import type { PlannedDatabase } from '../../target/planned-database'
import { type DatabaseWork, importTools, type SafetyDump, serverOf } from '../database-work'
import { compareImported, type ImportedRows, importRows, makeViews } from '../import-and-compare'
import { endOwnConnections, remakeDatabase, runOwnSql, type SqlPlace } from '../remake-database'
import { dropByHand, putBackByHand } from './by-hand'
import type { DatabaseState } from './database-state'

/** The rollback steps of one database, noted before the first statement is run. */
export function addDatabaseRollback(
  { target, state }: PlannedDatabase,
  work: DatabaseWork,
  noted: DatabaseState,
): void {
  const safety = work.safety.get(target)
  const before = { characterSet: noted.characterSet, collation: noted.collation }
  const database = { target, name: JSON.stringify(target), before, noted, work }
  if (state !== 'filled') rollbackNew(database, state)
  else if (safety === undefined) rollbackWithoutDump(database)
  else rollbackFromDump(database, safety)
}

interface ReplacedDatabase {
  target: string
  /** As messages show it. */
  name: string
  before: DatabaseDefaults
  noted: DatabaseState
  work: DatabaseWork
}

function rollbackNew(database: ReplacedDatabase, was: 'absent' | 'empty'): void {
  const { target, name, before, work } = database
  const what = `the undoing of database ${name}`
  work.context.rollback.add({
    undone: `The database ${name} is ${was === 'absent' ? 'gone' : 'empty'} again`,
    left: {
      get what() {
        return `The database ${name} ${condition(database)}; it was ${was} before.`
      },
      commands: [dropByHand(target)],
    },
    isQuick: true,
    run: async () => {
      const place = placeOf(work)
      await endOwnConnections(place, target)
      if (was === 'absent') await runOwnSql(place, dropDatabase(target), what)
      else await remakeDatabase(place, target, before, what)
      isBack(database)
    },
  })
}

function rollbackWithoutDump(database: ReplacedDatabase): void {
  const { name, noted, work } = database
  work.context.rollback.add({
    undone: '',
    left: {
      get what() {
        const then = noted.phase === 'done' ? '' : ': restore it again from a recovery point'
        return `The database ${name} ${condition(database)}, and there is no dump of what it was ("safety-backup: false")${then}.`
      },
      commands: [],
    },
    isQuick: false,
    run: async () => {
      if (noted.phase !== 'intact') throw new FailureError(`There is no dump of what the database ${name} was.`)
    },
  })
}

/** Rows first; views, which may stand on other databases, when the rows of all are back. */
function rollbackFromDump(database: ReplacedDatabase, safety: SafetyDump): void {
  const { target, name, before, noted, work } = database
  const left = {
    get what() {
      return `The database ${name} ${condition(database)}; what it was lies in ${safety.key}.`
    },
    commands: putBackByHand(work.settings.s3, target, before, safety.key),
  }
  let rows: ImportedRows | undefined
  work.context.rollback.addLast({
    get undone() {
      return rows === undefined
        ? ''
        : `The database ${name} is what it was before, put back from ${safety.key} and compared`
    },
    left,
    isQuick: false,
    run: async () => {
      // Otherwise it was not touched, or its rows could not be put back, which is in the outcome already.
      if (rows === undefined) return
      await finishPutBack(rows, work)
      isBack(database)
    },
  })
  work.context.rollback.add({
    undone: '',
    left,
    isQuick: false,
    run: async () => {
      if (noted.phase === 'intact') return
      noted.phase = 'writing'
      work.context.save()
      await endOwnConnections(placeOf(work), target)
      await remakeDatabase(placeOf(work), target, before, `the putting back of database ${name}`)
      rows = await putRowsBack(target, safety, before, work)
    },
  })
}

function condition({ noted }: ReplacedDatabase): string {
  return noted.phase === 'done' ? 'is restored' : 'is incomplete'
}

function isBack({ noted, work }: ReplacedDatabase): void {
  noted.phase = 'waiting'
  work.context.save()
}

function putRowsBack(
  target: string,
  safety: SafetyDump,
  defaults: DatabaseDefaults,
  work: DatabaseWork,
): Promise<ImportedRows> {
  return withProgress(work.context.runtime, `putting back ${target}`, safety.bytes, onProgress =>
    importRows(
      {
        dump: safety,
        content: contentOfDump(safety.content, defaults),
        events: safety.content.events,
        target,
        options: [],
        rowFormat: 'identical',
        readLayoutFree: async () => undefined,
      },
      { ...importTools(work, work.context.runtime.signal), onProgress },
    ),
  )
}

/** When the rows of all databases are back, on whose tables its views may stand. */
async function finishPutBack(rows: ImportedRows, work: DatabaseWork): Promise<void> {
  const tools = importTools(work, work.context.runtime.signal)
  await makeViews(rows, tools)
  const { differences } = await compareImported(rows, tools)
  if (differences.length === 0) return
  throw new FailureError(
    `The database ${JSON.stringify(rows.request.target)} was put back and differs from its dump: ${differences.join('; ')}.`,
  )
}

/** Of a rollback: over the connection in use then, and although the run is cancelled. */
function placeOf(work: DatabaseWork): SqlPlace {
  return { server: serverOf(work), access: work.settings.mysql }
}
