import type { Readable } from 'node:stream'

/**
 * An object store, as little of S3 as this product rests on. `s3/s3-store.ts` speaks to a real one,
 * `test/memory` has its twin for tests; `test/contract` holds one suite for both.
 *
 * Every method throws `StoreError` (see `store-error.ts`) for a refusal or a fault that retries did not mend; "not
 * found" is an answer (`undefined`), never an error. Keys are whole keys within the bucket. Retries of idempotent requests
 * are the store's own affair.
 */
export interface Store {
  /** For messages: `s3://bucket` or `https://endpoint/bucket`. */
  readonly name: string
  /** The most parts an upload may have: 10,000 in S3, 1,000 at Scaleway. */
  readonly maxParts: number

  /** Size, ETag and metadata of an object, or undefined when there is none. */
  head(key: string): Promise<StoredObject | undefined>
  /** A whole small object as text (at most 8 MiB), or undefined when there is none. */
  getText(key: string): Promise<string | undefined>
  /**
   * An object's bytes, or undefined when there is none. The stream fails if it ends early. Throws `StoreError` with
   * `code: 'PreconditionFailed'` when the object has another ETag than `which.etag`, and with `code: 'InvalidObjectState'` when
   * it lies in an archive.
   */
  get(key: string, which?: ReadOptions): Promise<Readable | undefined>
  /** Writes a small object whole; a reader sees the old one or the new one, never a mixture. */
  putText(key: string, text: string, options: PutOptions): Promise<StoredVersion>
  /** Removes an object; removing what is not there succeeds. */
  remove(key: string): Promise<void>
  /** Every object whose key starts with `prefix` and has no further `/` behind it (`deep`: all), in key order. */
  list(prefix: string, options?: { deep?: boolean }): AsyncIterable<ListedObject>

  /** Begins a multipart upload: nothing is visible under `key` until `completeUpload`. */
  createUpload(key: string, options: PutOptions): Promise<string>
  /**
   * Sends part `number` (from 1). All parts but the last have the same size, at least 5 MiB. The body's checksum travels with
   * it, so a store that received other bytes refuses them. Returns the part's ETag, without quotes.
   */
  uploadPart(
    key: string,
    uploadId: string,
    number: number,
    body: Buffer,
    signal?: AbortSignal,
  ): Promise<string>
  /**
   * Makes the object appear, whole, in one step, and returns its ETag. `sizeBytes` lets a store refuse a lost part.
   * Throws `StoreError` with `code: 'NoSuchUpload'` when the upload is unknown: completed before, or aborted.
   */
  completeUpload(
    key: string,
    uploadId: string,
    partETags: readonly string[],
    sizeBytes: number,
  ): Promise<StoredVersion>
  /** Drops an upload and its parts; succeeds when it is already gone. */
  abortUpload(key: string, uploadId: string): Promise<void>
  /** Every upload begun under `prefix` and neither completed nor aborted. */
  listUploads(prefix: string): AsyncIterable<OpenUpload>

  /**
   * Copies an object within the store, whatever its size; none of its bytes come by here. The copy appears whole, in one step,
   * with what `put` says about it and nothing of the source's metadata. Its ETag may be another than the source's.
   * Throws `StoreError` with `code: 'NoSuchKey'` when there is no source, and with `code: 'PreconditionFailed'` when it is
   * not, or no longer, the object that `source` describes. After an error a reader may find the old object under `targetKey`,
   * or the copy.
   */
  copy(source: KnownObject, targetKey: string, put: PutOptions): Promise<StoredVersion>

  close(): void
}

export interface PutOptions {
  contentType: string
  /** User metadata: lower-case names, printable ASCII values. */
  metadata?: Readonly<Record<string, string>>
}

export interface ReadOptions {
  /** The first byte that is wanted; 0 when left out. */
  start?: number
  /** Without quotes. The object must be this one. */
  etag?: string
}

/** An object to be read or copied, as `head` described it: this very one. */
export interface KnownObject {
  key: string
  sizeBytes: number
  /** Without quotes. */
  etag: string
}

export interface StoredVersion {
  /** Without quotes. */
  etag: string
  /** Only where the bucket keeps versions. */
  versionId: string | null
}

export interface StoredObject extends StoredVersion {
  sizeBytes: number
  lastModified: Date
  metadata: Readonly<Record<string, string>>
  /** Set only where it is not the standard one. */
  storageClass?: string
  /** It lies in an archive, and cannot be read before somebody has restored it from there. */
  isArchived: boolean
}

export interface ListedObject {
  key: string
  sizeBytes: number
  etag: string
  lastModified: Date
}

export interface OpenUpload {
  key: string
  uploadId: string
  initiated: Date
}
