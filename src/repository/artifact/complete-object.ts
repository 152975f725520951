import { FailureError } from '../../runtime/errors'
import type { Store, StoredVersion } from '../../store/store'
import { isDenied, StoreError } from '../../store/store-error'
import type { ObjectOrigin } from '../manifest/object-metadata'
import type { SentObject } from './objects'
import { isStoredAsSent } from './stored-as-sent'

/** The object that is now under its key. `compared`: false when the credentials may not read it. */
export interface Completion {
  version: StoredVersion
  compared: boolean
}

/**
 * Completes an object and compares it with what was sent. One that was completed before, or whose reply got lost,
 * counts. Throws the store's error when no object is there, `FailureError` when it is another.
 */
export async function completeObject(store: Store, intent: ObjectOrigin, object: SentObject): Promise<Completion> {
  const { key, bytes, upload } = object
  if (upload === undefined) throw new TypeError(`"${key}" has no upload that could be completed.`)
  let reply: StoredVersion
  try {
    reply = await store.completeUpload(key, upload.id, upload.partETags, bytes)
  } catch (error) {
    const found = await findUnlessFailing(store, intent, object, error)
    if (found === undefined) throw error
    return { version: found, compared: true }
  }
  return compare(store, intent, object, reply)
}

/** The object, if this intent sent it. A denied one does not count: without s3:ListBucket a missing one is denied. */
export async function findObject(
  store: Store,
  intent: ObjectOrigin,
  object: SentObject,
): Promise<StoredVersion | undefined> {
  try {
    const stored = await store.head(object.key)
    if (stored === undefined || !(await isStoredAsSent(store, intent, object, stored))) return undefined
    return versionOf(stored)
  } catch (error) {
    if (isDenied(error)) return undefined
    throw error
  }
}

async function findUnlessFailing(
  store: Store,
  intent: ObjectOrigin,
  object: SentObject,
  first: unknown,
): Promise<StoredVersion | undefined> {
  if (!(first instanceof StoreError)) throw first
  try {
    return await findObject(store, intent, object)
  } catch (error) {
    // After a clear refusal (mostly `NoSuchUpload`) "not there" must be certain: it may cause a rollback.
    const isRefusal = first.status !== undefined && first.status < 500
    if (isRefusal || !(error instanceof StoreError)) throw error
    return undefined
  }
}

async function compare(
  store: Store,
  intent: ObjectOrigin,
  object: SentObject,
  reply: StoredVersion,
): Promise<Completion> {
  try {
    const stored = await store.head(object.key)
    if (stored !== undefined && (await isStoredAsSent(store, intent, object, stored, reply))) {
      return { version: versionOf(stored), compared: true }
    }
    const seen = stored === undefined ? 'nothing' : `${stored.sizeBytes} bytes with ETag ${stored.etag}`
    throw new FailureError(
      `${store.name} does not hold what was sent as "${object.key}": ${object.bytes} bytes were sent, it shows ${seen}.`,
    )
  } catch (error) {
    if (isDenied(error)) return { version: versionOf(reply), compared: false }
    throw error
  }
}

function versionOf({ etag, versionId }: StoredVersion): StoredVersion {
  return { etag, versionId }
}
