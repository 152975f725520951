import { createHash } from 'node:crypto'

/**
 * The ETag that S3 gives to a multipart object: the md5 of the parts' md5s, then `-` and their number. Undefined when the part
 * ETags are not md5s, and so tell nothing about the whole (they need not be, and at some stores or under encryption are not).
 */
export function multipartETag(partETags: readonly string[]): string | undefined {
  if (partETags.length === 0 || !partETags.every(etag => /^[0-9a-f]{32}$/i.test(etag))) return undefined
  const md5 = createHash('md5')
  for (const etag of partETags) md5.update(Buffer.from(etag, 'hex'))
  return `${md5.digest('hex')}-${partETags.length}`
}
