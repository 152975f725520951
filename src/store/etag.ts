import { createHash } from 'node:crypto'

/**
 * The ETag of a multipart object in S3: the md5 of the md5s of its parts, then `-` and their number. Undefined when the
 * ETags of the parts are not md5s, as at some stores or with encryption.
 */
export function multipartETag(partETags: readonly string[]): string | undefined {
  if (partETags.length === 0 || !partETags.every(etag => /^[0-9a-f]{32}$/i.test(etag))) return undefined
  const md5 = createHash('md5')
  for (const etag of partETags) md5.update(Buffer.from(etag, 'hex'))
  return `${md5.digest('hex')}-${partETags.length}`
}
