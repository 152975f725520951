import { keyFileNote } from '../../../../pipeline/codec'
import type { Repository } from '../../../../repository/repository'
import { messageOf } from '../../../../runtime/errors'
import type { UnfinishedPart } from '../../../unfinished-part'
import { databaseServerOver } from '../../database-server'
import { dropAccounts } from '../import/import-account'
import { resetDatabase } from '../remake-database'
import type { DatabaseRestoreSettings } from '../restore-settings'
import { dropByHand, restoreByHand } from './by-hand'
import { type DatabaseState, parseDatabasesState } from './database-state'

/**
 * Drops databases that the restore created. One that was being replaced is not rolled back here, where time is short:
 * the result names its dump and the commands to restore it.
 */
export function unfinishedDatabases(settings: DatabaseRestoreSettings, saved: unknown): UnfinishedPart {
  const { databases, uploads, accounts } = parseDatabasesState(saved)
  const inPhase = (wanted: DatabaseState['phase']) => databases.filter(({ phase }) => phase === wanted)
  return {
    noun: 'databases',
    isApplied: databases.every(({ phase }) => phase === 'done'),
    dropUploads: async ({ store }: Repository) => {
      for (const { key, id } of uploads) await store.abortUpload(key, id)
    },
    undo: async ({ connection, log }) => {
      const place = { server: databaseServerOver(connection), access: settings.mysql }
      for (const { target } of inPhase('done'))
        log.info(`The database ${JSON.stringify(target)} was restored and compared before the run ended.`)
      const failures: string[] = []
      for (const database of inPhase('writing').filter(({ was }) => was !== 'filled')) {
        try {
          const name = JSON.stringify(database.target)
          await resetDatabase(place, database)
          database.phase = 'waiting'
          log.info(`The database ${name} is ${database.was === 'absent' ? 'gone' : 'empty'} again.`)
        } catch (error) {
          failures.push(messageOf(error))
        }
      }
      await dropAccounts(accounts, { ...place, accounts, save: () => {} }).catch(error =>
        failures.push(messageOf(error)),
      )
      return { undone: [], failures }
    },
    restored: () =>
      inPhase('done').map(({ target, safetyKey }) => {
        const before = safetyKey === null ? '' : `; its previous content is in ${safetyKey}`
        return `${JSON.stringify(target)}${before}`
      }),
    incomplete: () => inPhase('writing').map(database => incompleteInWords(database, settings)),
  }
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
  return `The database ${name} is incomplete: its import was interrupted. Its previous content is in ${safetyKey}.${keyFileNote([safetyKey])} Restore it on the server: ${restoreByHand(s3, target, defaults, safetyKey).join(' && ')}`
}
