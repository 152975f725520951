import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  type CopyObjectCommandOutput,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type { KnownObject, PutOptions, Store, StoredVersion } from '../store'
import { StoreError } from '../store-error'
import { plainETag, present } from './s3-answer'
import type { S3Tuning } from './s3-client'
import { readFault } from './s3-fault'

/** `target`: the key and `put` as fields of a request. */
export interface CopyRequest {
  source: KnownObject
  target: { Bucket: string; Key: string } & Omit<CopyObjectCommandInput, 'Bucket' | 'Key' | 'CopySource'>
  put: PutOptions
  tuning: Pick<S3Tuning, 'singleCopyBytes' | 'copyPartBytes'>
}

type Uploads = Pick<Store, 'head' | 'createUpload' | 'completeUpload' | 'abortUpload' | 'maxParts'>

/**
 * `Store.copy` for S3: one request up to the size limit of a request, a multipart upload of ranges above it. Checks the
 * source before and after, so that the copy is of the right object. The ETag is also a condition of each request, but
 * Ceph (16) ignores it.
 */
export async function copyObject(client: S3Client, store: Uploads, request: CopyRequest): Promise<StoredVersion> {
  const { source, target, tuning } = request
  await assertSource(store, source)
  if (source.sizeBytes <= tuning.singleCopyBytes) await copyAtOnce(client, store, request)
  else await copyInParts(client, store, request)
  const copy = await store.head(target.Key)
  if (copy?.sizeBytes !== source.sizeBytes) {
    const seen = copy === undefined ? 'nothing' : `${copy.sizeBytes} bytes`
    const message = `The copy of "${source.key}" (${source.sizeBytes} bytes) is wrong: "${target.Key}" has ${seen}.`
    throw new StoreError(message, { code: 'IncompleteCopy' })
  }
  return { etag: copy.etag, versionId: copy.versionId }
}

async function copyAtOnce(client: S3Client, store: Uploads, request: CopyRequest): Promise<void> {
  const { source, target } = request
  await onlyIfSame(store, request, from => sendCopy(client, target, from))
  await assertSource(store, source)
}

/** One request, for an object that is not too large. */
export function sendCopy(
  client: S3Client,
  target: CopyRequest['target'],
  from: From,
): Promise<CopyObjectCommandOutput> {
  return client.send(new CopyObjectCommand({ ...target, ...from, MetadataDirective: 'REPLACE' }))
}

async function copyInParts(client: S3Client, store: Uploads, request: CopyRequest): Promise<void> {
  const { source, target, put } = request
  await assertUnmistakable(store, source)
  const uploadId = await store.createUpload(target.Key, put)
  try {
    const partETags = await copyParts(client, store, request, uploadId)
    await assertSource(store, source)
    await store.completeUpload(target.Key, uploadId, partETags, source.sizeBytes)
  } catch (error) {
    // A remaining upload is invisible and is aborted later; the first error has the cause.
    await store.abortUpload(target.Key, uploadId).catch(() => {})
    throw error
  }
}

/** More than for an upload, since the store itself reads and writes the parts. */
const partsAtOnce = 8

async function copyParts(client: S3Client, store: Uploads, request: CopyRequest, uploadId: string): Promise<string[]> {
  const { source, target, tuning } = request
  const partETags: string[] = []
  const partBytes = Math.max(tuning.copyPartBytes, wholeMiB(source.sizeBytes / store.maxParts))
  const parts = ranges(source.sizeBytes, partBytes)
  const copySome = async (): Promise<void> => {
    // An error in one loop ends the shared generator, so the other loops end after their current part.
    for (const { number, range } of parts) {
      const part = { Bucket: target.Bucket, Key: target.Key, UploadId: uploadId, PartNumber: number }
      const answer = await onlyIfSame(store, request, from =>
        client.send(new UploadPartCopyCommand({ ...part, ...from, CopySourceRange: range })),
      )
      partETags[number - 1] = plainETag(present(answer.CopyPartResult?.ETag, 'ETag'))
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: partsAtOnce }, copySome))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return partETags
}

function* ranges(sizeBytes: number, partBytes: number): Generator<{ number: number; range: string }> {
  for (let start = 0, number = 1; start < sizeBytes; start += partBytes, number++) {
    yield { number, range: `bytes=${start}-${Math.min(start + partBytes, sizeBytes) - 1}` }
  }
}

/** The fields of a copy request that name the source. */
interface From {
  CopySource: string
  CopySourceIfMatch?: string
}

/**
 * Sends a request with the condition that the source has its ETag. If the store does not support the condition, or says
 * that it fails although the source is the same, sends it without: only the checks before and after remain then.
 */
async function onlyIfSame<T>(
  store: Uploads,
  { source, target }: CopyRequest,
  send: (from: From) => Promise<T>,
): Promise<T> {
  const CopySource = copySource(target.Bucket, source.key)
  const CopySourceIfMatch = `"${source.etag}"`
  try {
    return await send({ CopySource, CopySourceIfMatch })
  } catch (error) {
    const { status, code } = readFault(error)
    const isMisread = code === 'NoSuchKey' && misreadKey(source.key) !== undefined
    if (!isMisread && status !== 412 && status !== 501) throw error
    await assertSource(store, source)
    return send(isMisread ? { CopySource: encodeURI(CopySource), CopySourceIfMatch } : { CopySource })
  }
}

/** The field `CopySource` of a request. */
export function copySource(bucket: string, key: string): string {
  return [bucket, ...key.split('/')].map(encodeURIComponent).join('/')
}

async function assertSource(store: Uploads, source: KnownObject): Promise<void> {
  const stored = await store.head(source.key)
  if (stored === undefined) {
    throw new StoreError(`"${source.key}" cannot be copied: there is no such object.`, {
      code: 'NoSuchKey',
      status: 404,
    })
  }
  if (stored.etag !== source.etag || stored.sizeBytes !== source.sizeBytes) {
    throw new StoreError(
      `"${source.key}" was not copied: it has changed, and has ${stored.sizeBytes} bytes and the ETag ${stored.etag} now.`,
      { code: 'PreconditionFailed', status: 412 },
    )
  }
}

/** Ceph (16) decodes the source key of a part twice. It must not find another object under the result. */
async function assertUnmistakable(store: Uploads, source: KnownObject): Promise<void> {
  const other = misreadKey(source.key)
  if (other === undefined || (await store.head(other)) === undefined) return
  throw new StoreError(
    `"${source.key}" was not copied: some stores would copy "${other}" instead, which also exists.`,
    { code: 'AmbiguousKey' },
  )
}

/** The key as read by a store that decodes it once too often; undefined when that makes no difference. */
function misreadKey(key: string): string | undefined {
  try {
    const decoded = decodeURIComponent(key)
    return decoded === key ? undefined : decoded
  } catch {
    return undefined
  }
}

function wholeMiB(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20) * 2 ** 20
}
