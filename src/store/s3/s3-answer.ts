import { Readable } from 'node:stream'
import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ReadOptions, StoredObject, StoredVersion } from '../store'

/** The version in a response. A bucket with suspended versioning says "null". */
export function versionOf(answer: { ETag?: string | undefined; VersionId?: string | undefined }): StoredVersion {
  const versionId = answer.VersionId
  return {
    etag: plainETag(present(answer.ETag, 'ETag')),
    versionId: versionId === undefined || versionId === 'null' ? null : versionId,
  }
}

/** The object that a HEAD response describes. */
export function storedObjectOf(answer: HeadObjectCommandOutput): StoredObject {
  const { StorageClass: storageClass } = answer
  return {
    ...versionOf(answer),
    sizeBytes: present(answer.ContentLength, 'size'),
    lastModified: present(answer.LastModified, 'time of last change'),
    metadata: answer.Metadata ?? {},
    ...(storageClass === undefined || storageClass === 'STANDARD' ? {} : { storageClass }),
    isArchived: isArchived(answer),
  }
}

/**
 * Objects of these two classes, and objects that Intelligent-Tiering has archived, cannot be read before they are
 * restored (https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html). GLACIER_IR can.
 */
function isArchived({ StorageClass, ArchiveStatus, Restore }: HeadObjectCommandOutput): boolean {
  const isCold = StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE' || ArchiveStatus !== undefined
  return isCold && !/ongoing-request="false"/.test(Restore ?? '')
}

/** The body of a GET response and its expected length. Throws unless it has the requested bytes and ETag. */
export function bodyOf(
  answer: GetObjectCommandOutput,
  { start = 0, etag }: ReadOptions,
): { body: Readable; lengthBytes: number } {
  const { Body: body, ContentLength: lengthBytes, ContentRange: range } = answer
  if (!(body instanceof Readable)) throw new Error('the response has no body')
  if (lengthBytes === undefined || (start > 0 && !range?.startsWith(`bytes ${start}-`))) {
    body.destroy()
    throw new Error('the response does not say which bytes of the object it has')
  }
  // Half of the stores do not support conditions.
  if (etag !== undefined && plainETag(answer.ETag ?? '') !== etag) {
    body.destroy()
    throw otherObject(answer.ETag)
  }
  return { body, lengthBytes }
}

/** In the form in which the SDK reports a failed condition. */
function otherObject(etag: string | undefined): Error {
  const message = `The object has the ETag ${etag ?? '(none)'}.`
  return Object.assign(new Error(message), {
    name: 'PreconditionFailed',
    $metadata: { httpStatusCode: 412, attempts: 1 },
  })
}

/** A field that S3 always sends; the types of the SDK have it as optional. */
export function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the response of the store lacks the ${name}`)
  return value
}

/**
 * The ETag that the store gave. Removes the double quotes, which not every store puts around it, and what a proxy before
 * the store adds: `W/` (nginx, Cloudflare), or the name of a compression at the end (Apache).
 */
export function plainETag(etag: string): string {
  return etag.replace(/^(?:W\/)?"(.*)"$/i, '$1').replace(/^([0-9a-f]{32}(?:-\d+)?)[-;]{1,2}(?:gzip|br|zstd|df)$/i, '$1')
}
