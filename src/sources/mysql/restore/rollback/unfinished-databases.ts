import type { Repository } from '../../../../repository/repository'
import { messageOf } from '../../../../runtime/errors'
import type { UndoRequest, UnfinishedPart } from '../../../unfinished-part'
import { dropDatabase } from '../../client/database-statements'
import { databaseServerOver } from '../../database-server'
import { endOwnConnections, remakeDatabase, runOwnSql } from '../remake-database'
import type { DatabaseRestoreSettings } from '../restore-settings'
import { dropByHand, putBackByHand } from './by-hand'
import { type DatabaseState, parseDatabasesState } from './database-state'

/**
 * Databases that were made for the restore go again. One that was being replaced is not put back here, where time is
 * short: what it was, and how to put it back, is in the result.
 */
export function unfinishedDatabases(settings: DatabaseRestoreSettings, saved: unknown): UnfinishedPart {
  const { databases, uploads } = parseDatabasesState(saved)
  const inPhase = (wanted: DatabaseState['phase']) => databases.filter(({ phase }) => phase === wanted)
  return {
    noun: 'databases',
    isApplied: databases.every(({ phase }) => phase === 'done'),
    dropUploads: async ({ store }: Repository) => {
      for (const { key, id } of uploads) await store.abortUpload(key, id)
    },
    undo: async request => {
      for (const { target } of inPhase('done'))
        request.log.info(`The database ${JSON.stringify(target)} was restored and compared before the run ended.`)
      const failures: string[] = []
      for (const database of inPhase('writing').filter(({ was }) => was !== 'filled')) {
        try {
          await undoNew(database, request, settings)
        } catch (error) {
          failures.push(messageOf(error))
        }
      }
      return { undone: [], failures }
    },
    restored: () =>
      inPhase('done').map(({ target, safetyKey }) => {
        const before = safetyKey === null ? '' : `; what it was lies in ${safetyKey}`
        return `${JSON.stringify(target)}${before}`
      }),
    incomplete: () => inPhase('writing').map(database => incompleteInWords(database, settings)),
  }
}

/** What was absent or empty before is so again. */
async function undoNew(
  database: DatabaseState,
  { connection, log }: UndoRequest,
  { mysql: access }: DatabaseRestoreSettings,
): Promise<void> {
  const { target, was } = database
  const place = { server: databaseServerOver(connection), access }
  const name = JSON.stringify(target)
  const about = `the undoing of database ${name}`
  await endOwnConnections(place, target)
  if (was === 'absent') await runOwnSql(place, dropDatabase(target), about)
  else await remakeDatabase(place, target, database, about)
  database.phase = 'waiting'
  log.info(`The database ${name} is ${was === 'absent' ? 'gone' : 'empty'} again.`)
}

function incompleteInWords(
  { target, was, safetyKey, ...defaults }: DatabaseState,
  { s3 }: DatabaseRestoreSettings,
): string {
  const name = JSON.stringify(target)
  if (was !== 'filled')
    return `The database ${name} is incomplete. It was ${was} before: drop it (${dropByHand(target)}).`
  if (safetyKey === null)
    return `The database ${name} is incomplete, and there is no dump of what it was ("safety-backup: false"): restore it again.`
  return `The database ${name} is incomplete: its import was interrupted. What it was lies in ${safetyKey}. Put it back on the server: ${putBackByHand(s3, target, defaults, safetyKey).join(' && ')}`
}
