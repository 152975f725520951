import { createHash } from 'node:crypto'
import { multipartETag } from '../../src/store/etag'
import type { OpenUpload, PutOptions } from '../../src/store/store'
import { StoreError } from '../../src/store/store-error'

/** An upload that the memory store holds, with the parts it has so far. */
export interface MemoryUpload extends OpenUpload {
  put: PutOptions
  parts: Map<number, { bytes: Buffer; etag: string }>
}

/**
 * The object that the parts make, by the rules of S3 and its stricter kin: every part known, all but the last large and
 * equal.
 */
export function assemble(
  { key, parts: held }: MemoryUpload,
  { partETags, sizeBytes, minPartBytes }: { partETags: readonly string[]; sizeBytes: number; minPartBytes: number },
): { bytes: Buffer; etag: string } {
  const doing = `complete the upload of "${key}"`
  const parts = partETags.map((etag, index) => {
    const part = held.get(index + 1)
    if (part === undefined || part.etag !== etag) throw refusal('InvalidPart', 400, doing)
    return part.bytes
  })
  const etag = multipartETag(partETags)
  if (etag === undefined) throw refusal('MalformedXML', 400, doing)
  for (const part of parts.slice(0, -1)) {
    if (part.length < minPartBytes) throw refusal('EntityTooSmall', 400, doing)
    // R2 asks for it, and so does the contract.
    if (part.length !== parts[0]?.length) throw refusal('InvalidPart', 400, doing)
  }
  const bytes = Buffer.concat(parts)
  if (bytes.length !== sizeBytes) throw refusal('InvalidRequest', 400, doing)
  return { bytes, etag }
}

/** The memory store's way to say no. */
export function refusal(code: string, status: number, doing: string): StoreError {
  return new StoreError(`Could not ${doing}: the store answered ${status} ${code}.`, { code, status })
}

/** As S3 computes ETags. */
export function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}
