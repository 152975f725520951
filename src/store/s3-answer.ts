import { Readable } from 'node:stream'
import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { StoredObject, StoredVersion } from './store'

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
  }
}

/** The bytes that an answer to GET brings, and how many they must be, if they are those from `start` on. */
export function bodyOf(
  answer: GetObjectCommandOutput,
  start: number,
): { body: Readable; lengthBytes: number } {
  const { Body: body, ContentLength: lengthBytes, ContentRange: range } = answer
  if (!(body instanceof Readable)) throw new Error('the answer has no body')
  if (lengthBytes === undefined || (start > 0 && !range?.startsWith(`bytes ${start}-`))) {
    body.destroy()
    throw new Error('the answer does not say which bytes of the object it holds')
  }
  return { body, lengthBytes }
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
