import type { Finding } from '../../findings/finding'
import type { Clock, Log } from '../../runtime/runtime'
import { StoreError } from '../../store/store-error'
import { type Completion, completeObject } from '../artifact/complete-object'
import { objectsOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import type { Repository } from '../repository'
import { commit } from './commit'
import { type Intended, intend, type PreparedManifest } from './intend'
import { nothingChanged, type PublishError, unfinished } from './publish-error'
import { undo } from './undo'

export interface Published {
  manifest: Manifest
  /** Those that came up here, beside the ones the manifest came with. */
  warnings: Finding[]
}

/**
 * The commit: writes the intent, completes the uploads, compares what the store holds with what was sent, writes the manifest.
 *
 * From the call on, the uploads belong to it: the caller must not abort them, whatever happens; a `PublishError` says what
 * became of them. The lock of the prefix must be held, and an intent of an earlier run in this slot must have been recovered.
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
  for (const object of objectsOf(intent)) {
    try {
      completions.push(await completeObject(repository.store, intent, object))
      log?.info(`Stored ${object.key} (${object.bytes} bytes).`)
    } catch (error) {
      // Only a store's refusal leaves the slot as it was; an object that is wrong is there already.
      const isTouched = completions.length > 0 || !(error instanceof StoreError)
      if (isTouched) throw unfinished(intent.slot, error, before !== undefined)
      throw await rollBack(repository, intended, error)
    }
  }
  try {
    const committed = await commit(repository, intent, completions, clock.now())
    return { manifest: committed.manifest, warnings: [...warnings, ...committed.warnings] }
  } catch (error) {
    throw unfinished(intent.slot, error, before !== undefined)
  }
}

/** After the very first completion failed: puts the slot back to what it was, if that can be proven. Returns the error to throw. */
async function rollBack(repository: Repository, intended: Intended, cause: unknown): Promise<PublishError> {
  const { intent, intentText, before } = intended
  if (before === undefined) return unfinished(intent.slot, cause, false)
  try {
    const { outcome, warnings } = await undo(repository, intent, intentText, before)
    if (outcome === 'undone') return nothingChanged(intent.slot, cause, warnings)
  } catch {
    // The store gives no answer now; the intent stands, and the first error tells more than this one.
  }
  return unfinished(intent.slot, cause, true)
}
