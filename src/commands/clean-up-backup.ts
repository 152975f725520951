import type { BackupInputs } from '../inputs/backup'
import { messageOf } from '../runtime/errors'
import type { Runtime } from '../runtime/runtime'
import { serverOver } from '../server/server'
import { recoverSlot } from '../snapshot/recover'
import type { Store } from '../store/store'
import type { BackupState } from './backup-state'
import type { Connect } from './session'

/**
 * What the post step does for a run that could not do it itself: an intent is carried out, uploads that no intent names are
 * dropped, processes and locks on the server are ended. Each part is tried whatever happens to the others; returns what failed, in words.
 */
export async function cleanUpBackup(
  inputs: BackupInputs,
  state: BackupState,
  tools: { runtime: Runtime; store: Store; connect: Connect },
): Promise<string[]> {
  if (state.stage === 'clean') return []
  const parts = [() => settleStore(inputs, state, tools), () => settleServer(inputs, state, tools)]
  const outcomes = await Promise.allSettled(parts.map(part => part()))
  return outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []))
}

async function settleStore(
  inputs: BackupInputs,
  state: BackupState,
  { runtime, store }: { runtime: Runtime; store: Store },
): Promise<void> {
  const { prefix } = inputs.s3
  if (state.stage === 'publishing') {
    const { outcome } = await recoverSlot({ store, prefix, slot: state.slot, clock: runtime.clock })
    runtime.log.info(
      outcome === 'unknown'
        ? `Whether slot ${state.slot} is finished cannot be told: the credentials may not read it.`
        : `Slot ${state.slot} was left unfinished: ${outcome}.`,
    )
    if (outcome !== 'nothing') return
  }
  // Without an intent nothing will ever complete them; one that was completed is not there to be dropped.
  for (const { key, id } of state.uploads) {
    await store.abortUpload(key, id)
    runtime.log.info(`Dropped the unfinished upload of ${key}.`)
  }
}

async function settleServer(
  inputs: BackupInputs,
  { lock, owner }: BackupState,
  { runtime, connect }: { runtime: Runtime; connect: Connect },
): Promise<void> {
  const connection = await connect(inputs.ssh, {
    signal: runtime.signal,
    onRetry: message => runtime.log.info(message),
  })
  try {
    const ended = await serverOver(connection).cleanUp({ lock, owner, mirrorDir: inputs.files.mirrorDir })
    runtime.log.info(
      ended.length === 0 ? 'Nothing was left on the server.' : 'Ended what was left on the server.',
    )
  } finally {
    connection.close()
  }
}
