import { createHash } from 'node:crypto'
import { multipartETag } from '../../store/etag'
import type { Store, StoredObject, StoredVersion } from '../../store/store'
import { isFrom, type ObjectOrigin } from '../manifest/object-metadata'
import type { SentObject } from './objects'

/**
 * Whether the object under its key is what this recovery point sent there. `reply` is what the completion of its upload
 * returned, where that is known.
 *
 * The sizes must be equal. Then the cheapest proof decides: the ETag that the parts' ETags make; the ETag of the reply;
 * without a reply, metadata that names this very run. A difference proves nothing (a store that encrypts may compute
 * ETags of its own), so the object is read back and its sha256 decides.
 */
export async function isStoredAsSent(
  store: Store,
  origin: ObjectOrigin,
  object: SentObject,
  stored: StoredObject,
  reply?: StoredVersion,
): Promise<boolean> {
  if (stored.sizeBytes !== object.bytes) return false
  const expected = object.upload === undefined ? undefined : multipartETag(object.upload.partETags)
  if (expected !== undefined && /^[0-9a-f]{32}-\d+$/.test(stored.etag)) {
    if (stored.etag === expected) return true
  } else if (reply === undefined ? isFrom(origin, stored.metadata) : stored.etag === reply.etag) {
    return true
  }
  return (await readBack(store, object)) === object.sha256
}

/** The sha256 of an object, read in one pass; undefined when there is none, or when it is longer than it was. */
async function readBack(store: Store, { key, bytes }: SentObject): Promise<string | undefined> {
  const body = await store.get(key)
  if (body === undefined) return undefined
  const hash = createHash('sha256')
  let left = bytes
  for await (const chunk of body) {
    left -= chunk.length
    if (left < 0) return undefined
    hash.update(chunk)
  }
  return hash.digest('hex')
}
