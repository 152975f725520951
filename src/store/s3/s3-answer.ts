import { Readable } from 'node:stream'
import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ReadOptions, StoredObject, StoredVersion } from '../store'

/** The version that an answer names. A bucket that keeps no versions any more says "null". */
export function versionOf(answer: {
  ETag?: string | undefined
  VersionId?: string | undefined
}): StoredVersion {
  const versionId = answer.VersionId
  return {
    etag: unquoted(present(answer.ETag, 'ETag')),
    versionId: versionId === undefined || versionId === 'null' ? null : versionId,
  }
}

/** What an answer to HEAD says about its object. */
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
 * Objects of these two classes, and those that Intelligent-Tiering has archived, cannot be read unless they were restored
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html). GLACIER_IR can.
 */
function isArchived({ StorageClass, ArchiveStatus, Restore }: HeadObjectCommandOutput): boolean {
  const isCold = StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE' || ArchiveStatus !== undefined
  return isCold && !/ongoing-request="false"/.test(Restore ?? '')
}

/** The bytes that an answer to GET brings, and how many they must be, if they are those that were asked for. */
export function bodyOf(
  answer: GetObjectCommandOutput,
  { start = 0, etag }: ReadOptions,
): { body: Readable; lengthBytes: number } {
  const { Body: body, ContentLength: lengthBytes, ContentRange: range } = answer
  if (!(body instanceof Readable)) throw new Error('the answer has no body')
  if (lengthBytes === undefined || (start > 0 && !range?.startsWith(`bytes ${start}-`))) {
    body.destroy()
    throw new Error('the answer does not say which bytes of the object it holds')
  }
  // Half of the stores do not know conditions.
  if (etag !== undefined && unquoted(answer.ETag ?? '') !== etag) {
    body.destroy()
    throw otherObject(answer.ETag)
  }
  return { body, lengthBytes }
}

/** In the form in which the SDK reports a condition that does not hold. */
function otherObject(etag: string | undefined): Error {
  const message = `The object has the ETag ${etag ?? '(none)'}.`
  return Object.assign(new Error(message), {
    name: 'PreconditionFailed',
    $metadata: { httpStatusCode: 412, attempts: 1 },
  })
}

/** A field that S3 always sends; the SDK cannot know that a lesser store does. */
export function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the store answered without the ${name}`)
  return value
}

/** S3 sends ETags in double quotes, some stores without. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1')
}
