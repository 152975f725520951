import type { StoredVersion } from './store'

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

/** A field that S3 always sends; the SDK cannot know that a lesser store does. */
export function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the store answered without the ${name}`)
  return value
}

/** S3 sends ETags in double quotes, some stores without. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1')
}
