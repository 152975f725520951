import { createHash } from 'node:crypto'

/** The ETag of a multipart object: md5 of the parts' md5s, `-`, their number. Undefined when part ETags are no md5s. */
export function multipartETag(partETags: readonly string[]): string | undefined {
  if (partETags.length === 0 || !partETags.every(etag => /^[0-9a-f]{32}$/i.test(etag))) return undefined
  const md5 = createHash('md5')
  for (const etag of partETags) md5.update(Buffer.from(etag, 'hex'))
  return `${md5.digest('hex')}-${partETags.length}`
}
