import { Readable } from 'node:stream'
import { slices } from '../../src/store/body'
import type { ReadOptions, StoredObject } from '../../src/store/store'
import { refusal } from './memory-upload'

/** An object that the memory store holds. */
export interface MemoryObject {
  bytes: Buffer
  etag: string
  lastModified: Date
  metadata: Readonly<Record<string, string>>
  isArchived: boolean
}

/** What the memory store says about an object. */
export function describeObject({ bytes, ...facts }: MemoryObject): StoredObject {
  const storageClass = facts.isArchived ? { storageClass: 'GLACIER' } : {}
  return { ...facts, ...storageClass, versionId: null, sizeBytes: bytes.length }
}

/** The object as text. */
export function textOfObject({ bytes, isArchived }: MemoryObject, key: string, bytesMax = 8 * 2 ** 20): string {
  const doing = `read "${key}" as text`
  if (isArchived) throw refusal('InvalidObjectState', 403, doing)
  const text = bytes.toString('utf8')
  if (bytes.length > bytesMax || valuesIn(text) > 500_000) throw refusal('TooLong', 200, doing)
  return text
}

/** The object's bytes. With `cut` the stream breaks off behind so many of them. */
export function openObject(
  { bytes, etag, isArchived }: MemoryObject,
  key: string,
  { start = 0, etag: wanted = etag }: ReadOptions,
  cut?: StreamCut,
): Readable {
  const doing = `read "${key}"`
  if (wanted !== etag) throw refusal('PreconditionFailed', 412, doing)
  if (isArchived) throw refusal('InvalidObjectState', 403, doing)
  if (start > 0 && start >= bytes.length) throw refusal('InvalidRange', 416, doing)
  return Readable.from(cutSlices(bytes.subarray(start), cut), { objectMode: false })
}

/** A stream that fails on its way. */
export interface StreamCut {
  afterBytes: number
  error: Error
}

function* cutSlices(bytes: Buffer, cut: StreamCut | undefined): Generator<Buffer> {
  yield* slices(cut === undefined ? bytes : bytes.subarray(0, cut.afterBytes))
  if (cut !== undefined) throw cut.error
}

/** At most so many values of JSON. */
function valuesIn(text: string): number {
  let count = 0
  for (const character of text) if (character === ',' || character === '[' || character === '{') count++
  return count
}
