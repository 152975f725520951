import type { Finding } from '../../findings/finding'
import type { Clock, Log } from '../../runtime/runtime'
import { StoreError } from '../../store/store-error'
import { type Completion, completeObject } from '../artifact/complete-object'
import { newObjectsOf, originOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import type { Repository } from '../repository'
import { commit } from './commit'
import { type Intended, intend, type PreparedManifest } from './intend'
import { nothingChanged, type PublishError, unfinished } from './publish-error'
import { rollBack } from './roll-back'

export interface Published {
  manifest: Manifest
  /** Those that were found here, in addition to the manifest's own. */
  warnings: Finding[]
}

/**
 * The commit: writes the intent, completes the uploads, compares what the store holds with what was sent, writes the
 * manifest.
 *
 * From the call on it owns the uploads: the caller must never abort them; a `PublishError` says what became of them.
 * The caller holds the lock of the prefix and has recovered an earlier intent of this slot.
 */
export async function publish(
  repository: Repository,
  manifest: PreparedManifest,
  { clock, log }: { clock: Pick<Clock, 'now'>; log?: Pick<Log, 'info'> },
): Promise<Published> {
  const intended = await intend(repository, manifest, clock.now())
  const { intent, before, warnings } = intended
  log?.info(`Publishing slot ${intent.slot}.`)

  const completions: Completion[] = []
  const bases = newObjectsOf(intent).length - intent.artifacts.length
  for (const object of newObjectsOf(intent)) {
    try {
      completions.push(await completeObject(repository.store, originOf(intent, object), object))
      log?.info(`Stored ${object.key} (${object.bytes} bytes).`)
    } catch (error) {
      // Only a store's refusal leaves the slot as it was; a wrong object is there already. Nobody builds on a new base.
      const isTouched = completions.length > bases || !(error instanceof StoreError)
      if (isTouched) throw unfinished(intent.slot, error, before !== undefined)
      throw await afterRefusal(repository, intended, error, clock.now())
    }
  }
  try {
    const committed = await commit(repository, intent, completions, clock.now())
    return { manifest: committed.manifest, warnings: [...warnings, ...committed.warnings] }
  } catch (error) {
    throw unfinished(intent.slot, error, before !== undefined)
  }
}

/** After the very first completion was refused: rolls back if possible. Returns the error to throw. */
async function afterRefusal(
  repository: Repository,
  intended: Intended,
  cause: unknown,
  now: Date,
): Promise<PublishError> {
  const { intent, intentText, before } = intended
  if (before === undefined) return unfinished(intent.slot, cause, false)
  try {
    const { outcome, warnings } = await rollBack(repository, intent, intentText, { ...before, now })
    if (outcome === 'rolled-back') return nothingChanged(intent.slot, cause, warnings)
  } catch {
    // The store gives no answer now; the intent stays, and the first error says more than this one.
  }
  return unfinished(intent.slot, cause, true)
}
