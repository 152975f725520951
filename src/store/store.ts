import type { Readable } from 'node:stream'

/**
 * An object store: the part of S3 that this product needs. `s3/s3-store.ts` implements it for S3, `test/memory` in
 * memory; `test/contract` has one suite for both.
 *
 * Every method throws `StoreError` (see `store-error.ts`) for a refusal or a failure after all retries; "not found" is
 * a result (`undefined`), never an error. Keys are full keys within the bucket. The store retries idempotent requests
 * itself.
 */
export interface Store {
  /** For messages: `s3://bucket` or `https://endpoint/bucket`. */
  readonly name: string
  /** The maximum number of parts of an upload: 10,000 in S3, 1,000 at Scaleway. */
  readonly maxParts: number

  /** Size, ETag and metadata of an object, or undefined when there is none. */
  head(key: string): Promise<StoredObject | undefined>
  /**
   * A small object as text (at most `bytesMax`, by default 8 MiB), or undefined when there is none. Throws `StoreError`
   * with `code: 'TooLong'` for a longer one, and for JSON of more than 500,000 values.
   */
  getText(key: string, bytesMax?: number): Promise<string | undefined>
  /**
   * The bytes of an object, or undefined when there is none. The stream fails if it ends early. Throws `StoreError`
   * with `code: 'PreconditionFailed'` when the object has another ETag than `which.etag`, and with `code:
   * 'InvalidObjectState'` when it is archived.
   */
  get(key: string, which?: ReadOptions): Promise<Readable | undefined>
  /** Writes a small object atomically: a reader sees the old one or the new one. */
  putText(key: string, text: string, options: PutOptions): Promise<StoredVersion>
  /** Removes an object; succeeds if there is none. */
  remove(key: string): Promise<void>
  /** Every object whose key starts with `prefix` and has no further `/` after it (`deep`: all), in key order. */
  list(prefix: string, options?: { deep?: boolean }): AsyncIterable<ListedObject>

  /** Starts a multipart upload and returns its id. Nothing is visible under `key` until `completeUpload`. */
  createUpload(key: string, options: PutOptions): Promise<string>
  /**
   * Sends part `number` (from 1). All parts except the last have the same size, at least 5 MiB. A checksum lets the
   * store refuse damaged bytes. Returns the ETag of the part, without quotes.
   */
  uploadPart(key: string, uploadId: string, number: number, body: Buffer, signal?: AbortSignal): Promise<string>
  /**
   * Makes the object visible in one step and returns its version. `sizeBytes` lets a store refuse if a part is lost.
   * Throws `StoreError` with `code: 'NoSuchUpload'` when the upload is unknown: already completed, or aborted.
   */
  completeUpload(key: string, uploadId: string, partETags: readonly string[], sizeBytes: number): Promise<StoredVersion>
  /** Aborts an upload and removes its parts; succeeds if it is already gone. */
  abortUpload(key: string, uploadId: string): Promise<void>
  /** Every upload under `prefix` that was neither completed nor aborted. */
  listUploads(prefix: string): AsyncIterable<OpenUpload>

  /**
   * Copies an object of any size within the store, without downloading it. The copy appears in one step, with the
   * metadata of `put` and none of the source's. Its ETag may differ from the source's. Throws `StoreError` with `code:
   * 'NoSuchKey'` when there is no source, and with `code: 'PreconditionFailed'` when it is not the object that `source`
   * describes. After an error, `targetKey` may have the old object or the copy.
   */
  copy(source: KnownObject, targetKey: string, put: PutOptions): Promise<StoredVersion>
  /**
   * Asks for a copy of `missingKey`, an object that does not exist, to see whether copies are allowed. Writes nothing.
   * Throws `StoreError` when the store refuses for any other reason than that there is no such object.
   */
  tryCopy(missingKey: string, targetKey: string, put: PutOptions): Promise<void>

  close(): void
}

export interface PutOptions {
  contentType: string
  /** User metadata: lower-case names, printable ASCII values. */
  metadata?: Readonly<Record<string, string>>
}

export interface ReadOptions {
  /** The offset of the first byte; 0 by default. */
  start?: number
  /** The required ETag, without quotes. */
  etag?: string
}

/** An object to read or copy, as described by `head`. */
export interface KnownObject {
  key: string
  sizeBytes: number
  /** Without quotes. */
  etag: string
}

export interface StoredVersion {
  /** Without quotes. */
  etag: string
  /** Null unless the bucket keeps versions. */
  versionId: string | null
}

export interface StoredObject extends StoredVersion {
  sizeBytes: number
  lastModified: Date
  metadata: Readonly<Record<string, string>>
  /** Undefined for the standard class. */
  storageClass?: string
  /** Archived: it cannot be read before it is restored. */
  isArchived: boolean
}

/**
 * What all listings of one reading may have together, since they are kept in memory: the slots of a week and 100 copies,
 * of 500 databases each.
 */
export const listedMax = 150_000

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
