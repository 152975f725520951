import { type Finding, warning } from '../../findings/finding'
import { messageOf } from '../../runtime/errors'
import type { OpenUpload, Store } from '../../store/store'
import { StoreError } from '../../store/store-error'
import type { Manifest } from '../manifest/manifest'
import { readSlot } from '../manifest/slot-state'
import { listingPrefix, parseKey } from '../names/keys'

export interface LeftoverOptions {
  /** Uploads of this run, and of intents that are known. */
  keepUploadIds: ReadonlySet<string>
  /** Its uploads are aborted whatever their age: the caller holds the prefix's lock, so nobody else is writing it. */
  slotBeingWritten: string
  now: Date
  minimumAgeMs?: number
}

/** The ids of the uploads that an intent refers to. */
export function uploadIdsOf(manifest: Manifest): string[] {
  return manifest.artifacts.flatMap(({ upload }) => (upload === undefined ? [] : [upload.id]))
}

/**
 * Aborts uploads that dead runs left open directly under the prefix: only those whose key this action would write, that no intent
 * refers to (each slot's manifest is asked), and that are at least half an hour old or belong to the slot being written.
 * Never throws a `StoreError`: what cannot be listed, asked or aborted is a warning.
 */
export async function abortLeftovers(
  store: Store,
  prefix: string,
  { keepUploadIds, slotBeingWritten, now, minimumAgeMs = 30 * 60 * 1000 }: LeftoverOptions,
): Promise<{ aborted: OpenUpload[]; warnings: Finding[] }> {
  const aborted: OpenUpload[] = []
  const warnings: Finding[] = []
  const warn = (error: unknown, what: string): void => {
    if (!(error instanceof StoreError)) throw error
    warnings.push(warning('leftover-uploads', `${what}: ${messageOf(error)}`))
  }

  const candidates: (OpenUpload & { slot: string })[] = []
  try {
    for await (const upload of store.listUploads(listingPrefix(prefix))) {
      const parsed = parseKey(prefix, upload.key)
      if (parsed?.what !== 'artifact' || keepUploadIds.has(upload.uploadId)) continue
      const isOld = now.getTime() - upload.initiated.getTime() >= minimumAgeMs
      if (isOld || parsed.slot === slotBeingWritten) candidates.push({ ...upload, slot: parsed.slot })
    }
  } catch (error) {
    warn(error, `Uploads that earlier runs left open under "${prefix}" could not be listed`)
  }

  for (const { slot, ...upload } of candidates) {
    try {
      if (!(await isFree(store, prefix, slot, upload.uploadId, slotBeingWritten))) continue
      await store.abortUpload(upload.key, upload.uploadId)
      aborted.push(upload)
    } catch (error) {
      warn(
        error,
        `The upload ${upload.uploadId} of "${upload.key}", left open by an earlier run, was not aborted`,
      )
    }
  }
  return { aborted, warnings }
}

/** No intent refers to the upload. Where the manifest may not be read, only the slot being written is sure to have none. */
async function isFree(
  store: Store,
  prefix: string,
  slot: string,
  uploadId: string,
  slotBeingWritten: string,
): Promise<boolean> {
  const state = await readSlot(store, prefix, slot)
  if (state.kind === 'denied') return slot === slotBeingWritten
  if (state.kind === 'unreadable') return state.error.laterFormat === undefined
  return state.kind !== 'intent' || !uploadIdsOf(state.manifest).includes(uploadId)
}
