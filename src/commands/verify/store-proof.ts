import { messageOf } from '../../runtime/errors'
import type { Runtime, Warning } from '../../runtime/runtime'
import { tool } from '../../runtime/version'
import { slotKeys } from '../../snapshot/keys'
import { proofFormat, serializeProof } from '../../snapshot/proof'
import type { Store } from '../../store/store'
import { StoreError } from '../../store/store-error'
import type { DrillResult, PointToDrill } from './verify-point'

/**
 * Writes beside the manifest that the recovery point was restored for a trial, and how that went. A store that refuses takes nothing
 * from what was proven: that is a warning.
 */
export async function storeProof(
  store: Store,
  { name, prefix, slot, manifest }: PointToDrill,
  { restoreSeconds, server, tables, files }: DrillResult,
  { clock, run }: Pick<Runtime, 'clock' | 'run'>,
): Promise<Warning | undefined> {
  const text = serializeProof({
    ...{ format: proofFormat, slot, takenAt: manifest.startedAt, provenAt: clock.now().toISOString() },
    ...{ restoreSeconds, tables, files, run, tool },
    ...(server === undefined ? {} : { server }),
  })
  try {
    await store.putText(slotKeys(prefix, slot).proof, text, { contentType: 'application/json' })
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const message = `${name} is proven, and the proof could not be stored, so "list" will not show it: ${messageOf(error)}`
    return { code: 'proof-not-stored', message }
  }
}
