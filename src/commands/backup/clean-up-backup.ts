import type { BackupInputs } from '../../inputs/backup'
import { abortLeftovers } from '../../repository/commit/leftovers'
import { recoverSlot } from '../../repository/commit/recover'
import { messageOf, UserError } from '../../runtime/errors'
import { type Server, serverOver } from '../../server/server'
import { type CommandTools, openConnection } from '../session'
import { type BackupState, isCleanedUp } from './backup-state'
import { runAfter } from './hooks'

/** The post step has five minutes in all. */
const afterMs = 2 * 60_000

/** Recovers a killed run's intent, or aborts its uploads, and cleans up the server. Returns what failed, in words. */
export async function cleanUpBackup(inputs: BackupInputs, state: BackupState, tools: CommandTools): Promise<string[]> {
  if (isCleanedUp(state)) return []
  const own = { ...tools, repository: { ...tools.repository, prefix: state.prefix } }
  const parts = [() => recoverStore(state, own), () => cleanUpServer(inputs, state, own)]
  const outcomes = await Promise.allSettled(parts.map(part => part()))
  return outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []))
}

async function recoverStore(state: BackupState, { runtime, repository }: Omit<CommandTools, 'connect'>): Promise<void> {
  if (state.stage === 'publishing') {
    const { outcome } = await recoverSlot(repository, state.slot, runtime.clock)
    runtime.log.info(
      outcome === 'unknown'
        ? `It is unknown whether slot ${state.slot} is finished: the credentials may not read it.`
        : `Slot ${state.slot} was left unfinished: ${outcome}.`,
    )
    if (outcome !== 'nothing') return
  }
  // Without an intent nothing will ever complete them.
  for (const { key, id } of state.uploads) {
    await repository.store.abortUpload(key, id)
    runtime.log.info(`Aborted the unfinished upload of ${key}.`)
  }
}

async function cleanUpServer(inputs: BackupInputs, state: BackupState, tools: CommandTools): Promise<void> {
  const { runtime, repository } = tools
  const { lock, owner, afterCommandPending } = state
  const connection = await openConnection(inputs, tools, { survivesAbort: true })
  try {
    const server = serverOver(connection)
    const ended = await server.cleanUp({ lock, owner, mirrorDir: inputs.files.mirrorDir })
    if (afterCommandPending && inputs.hooks.after !== undefined) {
      const error = await runAfter(inputs.hooks.after, server, { runtime, limitMs: afterMs })
      if (error !== undefined) throw error
    }
    runtime.log.info(ended.length === 0 ? 'Nothing was left on the server.' : 'Ended what was left on the server.')
    await dropUnknownUploads(state, { runtime, repository, server })
  } finally {
    connection.close()
  }
}

/**
 * Aborts uploads that the run began and had not saved yet. Only under the lock is it sure that none of them belongs to
 * another run; a run that has the lock by now aborts them itself.
 */
async function dropUnknownUploads(
  { stage, slot, lock, owner }: BackupState,
  { runtime, repository, server }: Omit<CommandTools, 'connect'> & { server: Server },
): Promise<void> {
  if (stage !== 'preparing') return
  try {
    const held = await server.takeLock({ lock, owner, waitSeconds: 0 })
    try {
      const { aborted } = await abortLeftovers(repository, slot, runtime.clock)
      for (const { key } of aborted) runtime.log.info(`Aborted the unfinished upload of ${key}.`)
    } finally {
      await held.release()
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    runtime.log.info(`Unfinished uploads were not searched for: ${error.message}`)
  }
}
