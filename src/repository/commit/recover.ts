import { type Finding, warning } from '../../findings/finding'
import { doClocksDiffer } from '../../runtime/clock'
import { defined } from '../../runtime/defined'
import { FailureError, messageOf } from '../../runtime/errors'
import type { WallClock } from '../../runtime/runtime'
import { minuteMs } from '../../runtime/times'
import type { Store } from '../../store/store'
import { StoreError } from '../../store/store-error'
import { abortUploadOf } from '../artifact/abort-upload'
import { type Completion, completeObject, findObject } from '../artifact/complete-object'
import { newObjectsOf, originOf, ownObjectsOf } from '../artifact/objects'
import type { ArtifactObject, Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { readSlot } from '../manifest/slot-state'
import { isUnchanged } from '../manifest/write-manifest'
import type { Repository } from '../repository'
import { commit } from './commit'
import { markLost } from './lost'
import { rollBack } from './roll-back'
import { finisherOf } from './signed-intent'

/**
 * - `completed`: the slot holds the recovery point of the intent.
 * - `rolled-back`: it holds what it held before the intent.
 * - `lost`: it holds objects of two hours and is marked so.
 * - `nothing`: there was no intent, or someone else has recovered it in the meantime.
 * - `unknown`: the credentials may not read the slot's manifest. There may be an intent: keep its uploads.
 */
export interface Recovery {
  slot: string
  outcome: 'completed' | 'rolled-back' | 'lost' | 'nothing' | 'unknown'
  warnings: Finding[]
}

/**
 * Finishes or rolls back the intent that a run left in a slot. Safe to run twice, and twice at the same time: each
 * request is idempotent, and each manifest it writes replaces only the intent that it read.
 *
 * - Every upload is still open, or its object is in place: they are completed and the manifest is committed.
 * - One can never be completed any more (aborted, or its parts are gone, or the store has refused it for a
 *   day) and its object is not in place: the intent is rolled back, if the recovery point before it is proven
 *   to be whole.
 * - Neither: the slot is marked as lost (`lost.ts`), once. It never blocks a later run.
 *
 * Throws `FailureError` when the store gives no clear answer; the intent stays, to be tried again.
 */
export async function recoverSlot(repository: Repository, slot: string, clock: WallClock): Promise<Recovery> {
  try {
    const state = await readSlot(repository, slot)
    if (state.kind === 'denied') return { slot, outcome: 'unknown', warnings: [] }
    if (state.kind !== 'intent') return { slot, outcome: 'nothing', warnings: [] }
    return await finishOrRollBack(repository, state.manifest, state.text, clock)
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
    throw new FailureError(
      `The unfinished recovery point in slot ${slot} could not be finished or rolled back: ${messageOf(error)}`,
      {
        cause: error,
        title: `${error.title}; slot ${slot} is unfinished`,
        safe: `Every other recovery point is unchanged. Slot ${slot} itself cannot be restored until it is finished.`,
        advice: error.advice ?? 'The next run tries again.',
        detail: error.detail,
      },
    )
  }
}

async function finishOrRollBack(
  repository: Repository,
  intent: Manifest,
  intentText: string,
  clock: WallClock,
): Promise<Recovery> {
  const { slot } = intent
  const finisher = await finisherOf(repository, intent)
  const completions = await rollForward(repository.store, intent, clock)
  if (completions !== undefined) {
    if (!(await isUnchanged(repository, slot, intentText))) return { slot, outcome: 'nothing', warnings: [] }
    const { warnings } = await commit(finisher, intent, completions, finishTime(intent, clock.now()))
    const isSignedLess = finisher.signer === undefined && repository.signer !== undefined
    return { slot, outcome: 'completed', warnings: isSignedLess ? [notOurs(slot), ...warnings] : warnings }
  }

  const previous = intent.previous ?? null
  const { outcome, warnings } = await rollBack(finisher, intent, intentText, {
    text: previous === null ? undefined : serializeManifest(previous),
    ...{ manifest: previous, now: clock.now() },
    ...defined({ signature: intent.previousSignature }),
  })
  if (outcome === 'rolled-back') return { slot, outcome: 'rolled-back', warnings }
  if (outcome === 'recovered') return { slot, outcome: 'nothing', warnings }
  return lose(repository, intent, intentText, warnings)
}

/** To the minute: two recoveries at the same time write the same text, and so each other's signature is of both. */
function finishTime(intent: Manifest, now: Date): Date {
  const minute = Math.floor(now.getTime() / minuteMs) * minuteMs
  return new Date(Math.max(Date.parse(intent.finishedAt), minute))
}

function notOurs(slot: string): Finding {
  return warning(
    'finished-unsigned',
    `The unfinished recovery point in slot ${slot} was not signed by this run's key, so it was finished without a signature: where "signed-by" is set, it does not count. The next backup into this slot replaces it.`,
  )
}

/** The completed objects in the intent's order; undefined when one can never be completed any more. */
async function rollForward(store: Store, intent: Manifest, clock: WallClock): Promise<Completion[] | undefined> {
  const completions = new Map<ArtifactObject, Completion>()
  const objects = newObjectsOf(intent)
  for (const object of await unlistedFirst(store, objects)) {
    try {
      completions.set(object, await completeObject(store, originOf(intent, object), object))
    } catch (error) {
      const ageMs = doClocksDiffer(clock) ? 0 : clock.now().getTime() - Date.parse(intent.startedAt)
      if (isPermanentFailure(error, ageMs)) return undefined
      throw error
    }
  }
  return objects.flatMap(object => completions.get(object) ?? [])
}

/** Uploads that are not listed come first: if one is gone, nothing is completed and a rollback is still possible. */
async function unlistedFirst(store: Store, objects: readonly ArtifactObject[]): Promise<ArtifactObject[]> {
  const doubtful: ArtifactObject[] = []
  const open: ArtifactObject[] = []
  for (const object of objects) {
    const isListed = object.upload !== undefined && (await isOpen(store, object.key, object.upload.id))
    ;(isListed ? open : doubtful).push(object)
  }
  return [...doubtful, ...open]
}

async function isOpen(store: Store, key: string, uploadId: string): Promise<boolean> {
  try {
    for await (const upload of store.listUploads(key)) {
      if (upload.key === key && upload.uploadId === uploadId) return true
    }
    return false
  } catch (error) {
    if (error instanceof StoreError) return false
    throw error
  }
}

/** A size that differs from the parts' is an `InvalidRequest` in S3. */
const finalCodes = new Set(['NoSuchUpload', 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'InvalidRequest'])

const dayMs = 24 * 60 * 60 * 1000

/** Whether an upload can never be completed. A day of refusals is enough, or it blocks the slot for ever. */
function isPermanentFailure(error: unknown, ageMs: number): boolean {
  if (!(error instanceof StoreError)) return false
  return finalCodes.has(error.code) || (ageMs > dayMs && error.status !== undefined && error.status < 500)
}

async function lose(
  repository: Repository,
  intent: Manifest,
  intentText: string,
  warnings: Finding[],
): Promise<Recovery> {
  const { store } = repository
  const { slot } = intent
  for (const object of newObjectsOf(intent)) warnings.push(...(await abortUploadOf(store, object)))
  const inPlace: string[] = []
  for (const object of ownObjectsOf(intent)) {
    if ((await findObject(store, intent, object)) !== undefined) inPlace.push(`"${object.key}"`)
  }
  if (!(await isUnchanged(repository, slot, intentText))) return { slot, outcome: 'nothing', warnings }

  const message = `Slot ${slot} is not restorable: the recovery point begun at ${intent.startedAt} could be neither finished nor rolled back. Of its objects, these are in place: ${inPlace.join(', ') || 'none'}.`
  const outcome = await markLost(repository, intent, message)
  if (outcome.written !== 'yes') throw outcome.error
  return { slot, outcome: 'lost', warnings: [...warnings, warning('slot-lost', message)] }
}
