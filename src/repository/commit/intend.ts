import { type Finding, publicWarnings, warning } from '../../findings/finding'
import { defined } from '../../runtime/defined'
import { FailureError, messageOf } from '../../runtime/errors'
import type { Store } from '../../store/store'
import { isDenied, StoreError } from '../../store/store-error'
import { abortUploadOf } from '../artifact/abort-upload'
import { isObjectOf, newObjectsOf, objectsOf, type PreparedObject } from '../artifact/objects'
import type { Artifact, Manifest } from '../manifest/manifest'
import { manifestBytesMax, serializeManifest } from '../manifest/manifest-codec'
import { readSlot } from '../manifest/slot-state'
import { writeManifest } from '../manifest/write-manifest'
import { signatureKey, slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { nothingChanged, unfinished } from './publish-error'
import type { Before } from './roll-back'
import { signIntent } from './signed-intent'

/** An artifact that is prepared whole. `etag` and `versionId` come with the commit; give '' and null. */
export type PreparedArtifact = Artifact & PreparedObject

/** A recovery point that passed every check and is not visible yet. */
export type PreparedManifest = Omit<
  Manifest,
  'state' | 'finishedAt' | 'artifacts' | 'prefix' | 'previous' | 'previousSignature' | 'signature'
> & {
  artifacts: PreparedArtifact[]
}

/** An intent that is in the store. `before`: what was there; undefined when it could not be read. */
export interface Intended {
  intent: Manifest
  intentText: string
  before: Before | undefined
  warnings: Finding[]
}

/** Writes the intent, which any run can finish. Otherwise aborts the uploads; the `PublishError` says so. */
export async function intend(repository: Repository, prepared: PreparedManifest, now: Date): Promise<Intended> {
  const { store, prefix } = repository
  const { slot } = prepared
  let draft: Intended
  try {
    assertPublishable(prefix, prepared)
    draft = await buildIntent(repository, prepared, now)
  } catch (error) {
    await abortAll(store, prepared)
    throw nothingChanged(slot, error)
  }
  const outcome = await writeManifest(repository, slot, draft.intentText)
  if (outcome.written === 'unknown') throw unfinished(slot, outcome.error, draft.before !== undefined)
  if (outcome.written === 'no') {
    await abortAll(store, prepared)
    throw nothingChanged(slot, outcome.error)
  }
  return draft
}

async function buildIntent(repository: Repository, prepared: PreparedManifest, now: Date): Promise<Intended> {
  const { before, warnings } = await readBefore(repository, prepared.slot)
  const intent = signIntent(repository, {
    ...prepared,
    prefix: repository.prefix,
    state: 'publishing',
    finishedAt: now.toISOString(),
    warnings: [...prepared.warnings, ...publicWarnings(warnings)],
    previous: before?.manifest ?? null,
    ...defined({ previousSignature: before?.signature }),
  })
  const intentText = serializeManifest(intent)
  const sizeBytes = Buffer.byteLength(intentText)
  if (sizeBytes > manifestBytesMax) {
    throw new FailureError(
      `The manifest would have ${sizeBytes} bytes; more than ${manifestBytesMax} could not be read back.`,
      {
        advice:
          'Back up fewer databases or tables into one prefix: split them over several, each with a step of its own.',
      },
    )
  }
  return { intent, intentText, before, warnings }
}

async function readBefore(
  repository: Repository,
  slot: string,
): Promise<{ before: Before | undefined; warnings: Finding[] }> {
  const state = await readSlot(repository, slot)
  switch (state.kind) {
    case 'empty':
      return { before: { text: undefined, manifest: null }, warnings: [] }
    case 'complete':
      return {
        before: {
          ...{ text: state.text, manifest: state.manifest },
          ...defined({ signature: await signatureBefore(repository, slot) }),
        },
        warnings: [],
      }
    case 'lost':
      return { before: { text: state.text, manifest: null }, warnings: [] }
    case 'denied':
      return { before: undefined, warnings: [previousUnreadable(slot, 'the credentials may not read it.')] }
    case 'unreadable':
      if (state.error.laterFormat !== undefined) throw state.error
      return {
        before: { text: state.text, manifest: null },
        warnings: [previousUnreadable(slot, messageOf(state.error))],
      }
    case 'intent':
      throw new FailureError('an earlier run left an unfinished recovery point there, which was not recovered first.')
  }
}

/** As it is; whether it is of any worth is seen when it is needed. */
async function signatureBefore({ store, prefix }: Repository, slot: string): Promise<string | undefined> {
  try {
    return await store.getText(signatureKey(slotKeys(prefix, slot).manifest))
  } catch (error) {
    if (isDenied(error)) return undefined
    throw error
  }
}

function previousUnreadable(slot: string, reason: string): Finding {
  return warning('previous-unreadable', `The recovery point that slot ${slot} held could not be read: ${reason}`)
}

function assertPublishable(prefix: string, prepared: PreparedManifest): void {
  const { slot } = prepared
  const keys = objectsOf(prepared).map(({ key }) => key)
  if (keys.length === 0) throw new RangeError('A recovery point without artifacts cannot be published.')
  const stranger = objectsOf(prepared).find(object => !isObjectOf(prefix, slot, object))
  if (stranger !== undefined) throw new RangeError(`"${stranger.key}" is not a key of slot ${slot}.`)
  if (new Set(keys).size < keys.length) throw new RangeError(`Two objects of slot ${slot} have the same key.`)
}

async function abortAll(store: Store, prepared: PreparedManifest): Promise<void> {
  for (const object of newObjectsOf(prepared)) {
    try {
      await abortUploadOf(store, object)
    } catch (error) {
      // The next run aborts what is left; the error that brought us here is the one to report.
      if (!(error instanceof StoreError)) throw error
    }
  }
}
