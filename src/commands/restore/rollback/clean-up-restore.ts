import type { RestoreInputs } from '../../../inputs/restore'
import { messageOf } from '../../../runtime/errors'
import type { Runtime } from '../../../runtime/runtime'
import { type RestoreServer, restoreServerOver } from '../../../sources/host/restore-server'
import { serverOver } from '../../../sources/host/server'
import { dropDatabase } from '../../../sources/mysql/client/database-statements'
import { endOwnConnections, remakeDatabase, runOwnSql } from '../../../sources/mysql/restore/remake-database'
import type { CommandTools } from '../../session'
import type { DatabaseState, RestoreState } from '../restore-state'
import { byHandCommands } from './by-hand'

/** What is left after the clean-up, for a person. Whole sentences. */
export interface CleanUpResult {
  /** Databases that are neither what they were nor what they were to be, or that their folders do not fit, and how that is put right. */
  incomplete: string[]
  /** What could not be cleaned up, and harms nobody. */
  failures: string[]
}

/**
 * What the post step does for a restore that was killed or cancelled: locks and unpacked files go, folders whose swap was cut in half get
 * back what they were, databases that were made for the restore go again. A database that was being replaced is not put back here, where the
 * time is short: what it was, and how to put it back, is told.
 */
export async function cleanUpRestore(
  inputs: RestoreInputs,
  state: RestoreState,
  tools: CommandTools,
): Promise<CleanUpResult> {
  const left: CleanUpResult = { incomplete: [], failures: [] }
  if (state.stage === 'clean') return left
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      left.failures.push(messageOf(error))
    }
  }
  for (const { key, id } of state.uploads) await attempt(() => tools.repository.store.abortUpload(key, id))
  await attempt(() => cleanUpServer(inputs, state, tools, left))
  for (const database of state.databases.filter(({ phase }) => phase === 'writing'))
    left.incomplete.push(incompleteInWords(database, inputs))
  return left
}

async function cleanUpServer(
  inputs: RestoreInputs,
  state: RestoreState,
  { runtime, connect }: CommandTools,
  left: CleanUpResult,
): Promise<void> {
  const { log, signal } = runtime
  const connection = await connect(inputs.ssh, {
    signal,
    survivesAbort: true,
    onRetry: message => log.info(message),
  })
  try {
    const { lock, owner, staging } = state
    await serverOver(connection).cleanUp({ lock, owner, mirrorDir: '' })
    const server = restoreServerOver(connection)
    const undone = await finishSwaps(state, server)
    for (const place of undone) log.info(`${place} has again what stood there before.`)
    for (const folder of staging) log.info(`Removed what was unpacked into ${folder}.`)
    for (const { target } of state.databases.filter(({ phase }) => phase === 'done'))
      log.info(`The database ${JSON.stringify(target)} was restored and compared before the run ended.`)
    left.incomplete.push(...partedInWords(state, undone))
    for (const database of state.databases) await undoNew(database, server, inputs, runtime, left)
  } finally {
    connection.close()
  }
}

/** Folders stay in their places only all together, and only beside the databases they belong to. Returns places that were undone. */
async function finishSwaps(
  { staging, owner, swaps, databases }: RestoreState,
  server: Pick<RestoreServer, 'unswap' | 'removeStaging'>,
): Promise<string[]> {
  const isAlone = swaps.length > 0 && databases.some(({ phase }) => phase !== 'done')
  const undone = isAlone ? await server.unswap(swaps) : []
  return [...undone, ...(await server.removeStaging({ staging, owner, swaps }))]
}

/** A site whose database is of one day and whose files are of another. */
function partedInWords({ databases }: RestoreState, undone: readonly string[]): string[] {
  const restored = databases
    .filter(({ phase }) => phase === 'done')
    .map(({ target, safetyKey }) => {
      const before = safetyKey === null ? '' : `; what it was lies in ${safetyKey}`
      return `${JSON.stringify(target)}${before}`
    })
  if (undone.length === 0 || restored.length === 0) return []
  return [
    `The databases are restored and the folders are not, so they may not fit each other. Restored: ${restored.join(', ')}. Again with what stood there before: ${undone.join(', ')}. Run the restore again.`,
  ]
}

/** What was absent or empty before is so again. */
async function undoNew(
  database: DatabaseState,
  server: Pick<RestoreServer, 'runSql'>,
  { mysql }: RestoreInputs,
  { log }: Runtime,
  left: CleanUpResult,
): Promise<void> {
  const { target, was, phase } = database
  if (phase !== 'writing' || was === 'filled') return
  const place = { server, access: mysql }
  const name = JSON.stringify(target)
  const about = `the undoing of database ${name}`
  try {
    await endOwnConnections(place, target)
    if (was === 'absent') await runOwnSql(place, dropDatabase(target), about)
    else await remakeDatabase(place, target, database, about)
    database.phase = 'waiting'
    log.info(`The database ${name} is ${was === 'absent' ? 'gone' : 'empty'} again.`)
  } catch (error) {
    left.failures.push(messageOf(error))
  }
}

function incompleteInWords(
  { target, was, safetyKey, ...defaults }: DatabaseState,
  { s3 }: RestoreInputs,
): string {
  const name = JSON.stringify(target)
  if (was !== 'filled')
    return `The database ${name} is incomplete. It was ${was} before: drop it (mysql -e ${byHandCommands.quoted(dropDatabase(target))}).`
  if (safetyKey === null)
    return `The database ${name} is incomplete, and there is no dump of what it was ("safety-backup: false"): restore it again.`
  return `The database ${name} is incomplete: its import was interrupted. What it was lies in ${safetyKey}. Put it back on the server: ${byHandCommands.putBack(s3, target, defaults, safetyKey).join(' && ')}`
}
