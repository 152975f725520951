import { listed } from '../../../../findings/listed'
import { keyFileNote } from '../../../../pipeline/codec'
import { FailureError } from '../../../../runtime/errors'
import { type DatabaseWork, importTools, type SafetyDump, serverOf } from '../database-work'
import { dropAccounts } from '../import/import-account'
import { compareImported, type ImportedRows, importRows, makeUsableViews } from '../import-and-compare'
import { endOwnConnections, remakeDatabase, resetDatabase, type SqlPlace } from '../remake-database'
import { accountByHand, dropByHand, restoreByHand } from './by-hand'
import type { DatabaseState } from './database-state'

/** Adds the rollback step of all accounts that imports make. It runs after those of the databases. */
export function addAccountRollback(work: DatabaseWork): void {
  work.context.rollback.addLast({
    undone: '',
    left: {
      get what() {
        return `An account that was made for the import is still there (${work.state.accounts.join(', ')}); it has rights on the restored database only.`
      },
      get commands() {
        return work.state.accounts.map(accountByHand)
      },
    },
    isQuick: true,
    run: () => dropAccounts(work.state.accounts, importTools(work, work.context.runtime.signal)),
  })
}

/** Adds the rollback steps of one database, before its first statement runs. */
export function addDatabaseRollback(database: DatabaseState, work: DatabaseWork): void {
  const safety = work.safety.get(database.target)
  if (database.was !== 'filled') rollbackNew(database, work)
  else if (safety === undefined) rollbackWithoutDump(database, work)
  else rollbackFromDump(database, safety, work)
}

function rollbackNew(database: DatabaseState, work: DatabaseWork): void {
  const { target, was } = database
  const name = JSON.stringify(target)
  let isThere = true
  work.context.rollback.add({
    get undone() {
      return isThere ? `The database ${name} is ${was === 'absent' ? 'gone' : 'empty'} again` : ''
    },
    left: {
      get what() {
        return `The database ${name} ${condition(database)}; it was ${was} before.`
      },
      commands: [dropByHand(target)],
    },
    isQuick: true,
    run: async () => {
      isThere = work.state.databases.includes(database)
      if (!isThere) return
      await resetDatabase(placeOf(work), database)
      setPhase(database, 'waiting', work)
    },
  })
}

/** Puts back a database that was absent or empty, before anything else is done with it. */
export async function takeBack(database: DatabaseState, work: DatabaseWork): Promise<void> {
  await resetDatabase(placeOf(work), database)
  const { state, context } = work
  state.databases = state.databases.filter(each => each !== database)
  context.save()
}

function rollbackWithoutDump(database: DatabaseState, work: DatabaseWork): void {
  const name = JSON.stringify(database.target)
  work.context.rollback.add({
    undone: '',
    left: {
      get what() {
        const then = database.phase === 'done' ? '' : ': restore it again from a recovery point'
        return `The database ${name} ${condition(database)}, and there is no dump of what it was ("safety-backup: false")${then}.`
      },
      commands: [],
    },
    isQuick: false,
    run: async () => {
      if (database.phase !== 'intact') throw new FailureError(`There is no dump of what the database ${name} was.`)
    },
  })
}

/** Rows first; views, which may use other databases, when the rows of all are restored. */
function rollbackFromDump(database: DatabaseState, safety: SafetyDump, work: DatabaseWork): void {
  const { target } = database
  const name = JSON.stringify(target)
  const left = {
    get what() {
      return `The database ${name} ${condition(database)}; its previous content is in ${safety.key}.${keyFileNote([safety.key])}`
    },
    commands: restoreByHand(work.settings.s3, target, database, safety.key),
  }
  let rows: ImportedRows | undefined
  let differences: readonly string[] = []
  work.context.rollback.addLast({
    get undone() {
      if (rows === undefined) return ''
      const restored = `restored from ${safety.key} and compared`
      if (differences.length === 0) return `The database ${name} is what it was before, ${restored}`
      return `The database ${name} is ${restored}; it differs from that dump: ${listed(differences, 5)}`
    },
    left,
    isQuick: false,
    run: async () => {
      // Otherwise it was not changed, or its rows could not be restored, which the outcome says already.
      if (rows === undefined) return
      differences = await finishFromDump(rows, work)
      setPhase(database, 'waiting', work)
    },
  })
  work.context.rollback.add({
    undone: '',
    left,
    isQuick: false,
    run: async () => {
      if (database.phase === 'intact') return
      setPhase(database, 'writing', work)
      await endOwnConnections(placeOf(work), target)
      await remakeDatabase(placeOf(work), target, database, `the rollback of database ${name}`)
      rows = await importSafetyDump(database, safety, work)
    },
  })
}

function condition({ phase }: DatabaseState): string {
  return phase === 'done' ? 'is restored' : 'is incomplete'
}

function setPhase(database: DatabaseState, phase: DatabaseState['phase'], work: DatabaseWork): void {
  database.phase = phase
  work.context.save()
}

function importSafetyDump(database: DatabaseState, safety: SafetyDump, work: DatabaseWork): Promise<ImportedRows> {
  const { target } = database
  const request = {
    ...{ dump: safety, content: safety.described, events: safety.content.events, target },
    options: safety.options,
  }
  return importRows(request, importTools(work, work.context.runtime.signal), `rolling back ${target}`)
}

/**
 * When the rows of all databases are restored, which its views may use. What differs from the dump is kept: nothing
 * better is there. Returns half sentences.
 */
async function finishFromDump(rows: ImportedRows, work: DatabaseWork): Promise<string[]> {
  const tools = importTools(work, work.context.runtime.signal)
  await makeUsableViews(rows, tools)
  const { differences } = await compareImported(rows, tools, { keepsDifferences: true })
  return differences.map(({ difference }) => difference)
}

/** For a rollback: over the current connection, and even when the run is cancelled. */
function placeOf(work: DatabaseWork): SqlPlace {
  return { server: serverOf(work), access: work.settings.mysql }
}
