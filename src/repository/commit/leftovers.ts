import { type Finding, warning } from '../../findings/finding'
import { doClocksDiffer } from '../../runtime/clock'
import { defined } from '../../runtime/defined'
import { messageOf } from '../../runtime/errors'
import type { WallClock } from '../../runtime/runtime'
import type { OpenUpload } from '../../store/store'
import { StoreError } from '../../store/store-error'
import { newObjectsOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { readSlot } from '../manifest/slot-state'
import { baseFolder } from '../names/base-name'
import { listingPrefix, parseBaseKey, parseKey } from '../names/keys'
import { isManualSlot, manualFolder } from '../names/manual-name'
import type { Repository } from '../repository'

/** A younger one may be of a run that has not written its intent yet. */
const leastAgeMs = 30 * 60 * 1000

/** The ids of the uploads that an intent refers to. */
export function uploadIdsOf(manifest: Manifest): string[] {
  return newObjectsOf(manifest).flatMap(({ upload }) => (upload === undefined ? [] : [upload.id]))
}

/**
 * Aborts uploads that dead runs left open directly under the prefix, or where the slot being written is: only those whose
 * key this action would write, that no intent refers to (each slot's manifest is read), and that are at least half an hour
 * old by clocks that agree, or belong to the slot
 * being written: the caller holds the prefix's lock, so no other run writes that one. Never throws a `StoreError`: what
 * cannot be listed, read or aborted is a warning.
 */
export async function abortLeftovers(
  repository: Repository,
  slotBeingWritten: string,
  clock: WallClock,
): Promise<{ aborted: OpenUpload[]; warnings: Finding[] }> {
  const { store, prefix } = repository
  const aborted: OpenUpload[] = []
  const warnings: Finding[] = []
  const warn = (error: unknown, what: string): void => {
    if (!(error instanceof StoreError)) throw error
    warnings.push(warning('leftover-uploads', `${what}: ${messageOf(error)}`))
  }

  const candidates: (OpenUpload & { slot?: string })[] = []
  try {
    for (const folder of isManualSlot(slotBeingWritten) ? ['', baseFolder, manualFolder] : ['', baseFolder]) {
      for await (const upload of store.listUploads(`${listingPrefix(prefix)}${listingPrefix(folder)}`)) {
        const parsed = parseKey(prefix, upload.key)
        const slot = parsed?.what === 'artifact' ? parsed.slot : undefined
        if (slot === undefined && parseBaseKey(prefix, upload.key) === undefined) continue
        const ageMs = clock.now().getTime() - upload.initiated.getTime()
        const isOld = ageMs >= leastAgeMs && !doClocksDiffer(clock)
        if (isOld || slot === slotBeingWritten) candidates.push({ ...upload, ...defined({ slot }) })
      }
    }
  } catch (error) {
    warn(error, `Uploads that earlier runs left open under "${prefix}" could not be listed`)
  }

  for (const { slot, ...upload } of candidates) {
    try {
      const isFree =
        slot === undefined
          ? await isFreeOfAll(repository, upload.uploadId)
          : await isFreeOf(repository, slot, upload.uploadId, slotBeingWritten)
      if (!isFree) continue
      await store.abortUpload(upload.key, upload.uploadId)
      aborted.push(upload)
    } catch (error) {
      warn(error, `The upload ${upload.uploadId} of "${upload.key}", left open by an earlier run, was not aborted`)
    }
  }
  return { aborted, warnings }
}

/** Whether no intent refers to it. A manifest that may not be read can have one, but for our own slot. */
async function isFreeOf(
  repository: Repository,
  slot: string,
  uploadId: string,
  slotBeingWritten: string,
): Promise<boolean> {
  const state = await readSlot(repository, slot)
  if (state.kind === 'denied') return slot === slotBeingWritten
  if (state.kind === 'unreadable') return state.error.laterFormat === undefined
  return state.kind !== 'intent' || !uploadIdsOf(state.manifest).includes(uploadId)
}

/** The same of a base: any slot of the ring may be about to build on it. */
async function isFreeOfAll(repository: Repository, uploadId: string): Promise<boolean> {
  const { store, prefix } = repository
  for await (const { key } of store.list(listingPrefix(prefix))) {
    const parsed = parseKey(prefix, key)
    if (parsed?.what === 'manifest' && !(await isFreeOf(repository, parsed.slot, uploadId, ''))) return false
  }
  return true
}
