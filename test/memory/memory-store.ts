import type { Readable } from 'node:stream'
import { abortable } from '../../src/runtime/abortable'
import type { StoreClock } from '../../src/runtime/runtime'
import type {
  KnownObject,
  ListedObject,
  OpenUpload,
  PutOptions,
  ReadOptions,
  Store,
  StoredObject,
  StoredVersion,
} from '../../src/store/store'
import { inKeyOrder, KeyOrderedMap } from './key-ordered-map'
import { FaultScript, type Faults, type Moment, type StoreOperation } from './memory-faults'
import { describeObject, type MemoryObject, openObject, textOfObject } from './memory-object'
import { assemble, type MemoryUpload, md5, refusal } from './memory-upload'

export interface MemoryStoreOptions {
  name?: string
  maxParts?: number
  /** Of every part but the last; 5 MiB, as in S3, unless a test makes do with less. */
  minPartBytes?: number
  /** By default a clock that starts with 2026 and moves on by a second with every writing operation. */
  now?: () => Date
  /** Learns the time of `now` from every answer, as from the `Date` of those of S3. */
  clock?: Pick<StoreClock, 'asking'>
  /**
   * Called around every operation. What it throws is what the caller gets; a promise that stays open makes the
   * operation hang. For listings `key` is the prefix.
   */
  onOperation?: (operation: StoreOperation, key: string, moment: Moment) => void | Promise<void>
}

/** The twin of the S3 store, with means to look inside and to make it fail. */
export interface MemoryStore extends Store, Faults {
  /** Keys of all objects, in key order. */
  keys(): string[]
  /** The bytes of an object. */
  bytes(key: string): Buffer | undefined
  /** Every operation that was begun, in order, as `operation key`. */
  readonly operations: readonly string[]
  /** Moves an object to an archive, where it cannot be read. */
  archive(key: string): void
}

/** An object store in memory that behaves like S3, ETags included, and the same in every run. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new InMemory(options)
}

class InMemory extends FaultScript implements MemoryStore {
  readonly name: string
  readonly maxParts: number
  readonly operations: string[] = []
  readonly #options: MemoryStoreOptions
  readonly #objects = new KeyOrderedMap<MemoryObject>()
  readonly #uploads = new Map<string, MemoryUpload>()
  #uploadCount = 0
  #seconds = 0

  constructor(options: MemoryStoreOptions) {
    super()
    this.name = options.name ?? 'memory://bucket'
    this.maxParts = options.maxParts ?? 10_000
    this.#options = options
  }

  keys(): string[] {
    return [...this.#objects.keys()]
  }

  bytes(key: string): Buffer | undefined {
    return this.#objects.get(key)?.bytes
  }

  archive(key: string): void {
    const held = this.#objects.get(key)
    if (held !== undefined) held.isArchived = true
  }

  head(key: string): Promise<StoredObject | undefined> {
    return this.#operate('head', key, () => {
      const held = this.#objects.get(key)
      return held && describeObject(held)
    })
  }

  getText(key: string, bytesMax?: number): Promise<string | undefined> {
    return this.#operate('getText', key, () => {
      const held = this.#objects.get(key)
      return held && textOfObject(held, key, bytesMax)
    })
  }

  get(key: string, which: ReadOptions = {}): Promise<Readable | undefined> {
    return this.#operate('get', key, () => {
      const held = this.#objects.get(key)
      return held && openObject(held, key, which, this.takeCut(key))
    })
  }

  putText(key: string, text: string, options: PutOptions): Promise<StoredVersion> {
    return this.#operate('putText', key, () => {
      const bytes = Buffer.from(text)
      return this.#hold(key, bytes, md5(bytes), options)
    })
  }

  remove(key: string): Promise<void> {
    return this.#operate('remove', key, () => {
      this.#objects.delete(key)
    })
  }

  async *list(prefix: string, options: { deep?: boolean } = {}): AsyncIterable<ListedObject> {
    const found = await this.#operate('list', prefix, () =>
      this.#objects.keysUnder(prefix).filter(key => options.deep || !key.includes('/', prefix.length)),
    )
    for (const key of found) {
      const held = this.#objects.get(key)
      if (held === undefined) continue
      yield { key, sizeBytes: held.bytes.length, etag: held.etag, lastModified: held.lastModified }
    }
  }

  createUpload(key: string, options: PutOptions): Promise<string> {
    return this.#operate('createUpload', key, () => {
      const uploadId = `upload-${++this.#uploadCount}`
      this.#uploads.set(uploadId, { key, uploadId, initiated: this.#now(), put: options, parts: new Map() })
      return uploadId
    })
  }

  async uploadPart(key: string, uploadId: string, number: number, body: Buffer, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    const sent = this.#operate('uploadPart', key, () => {
      const upload = this.#upload(key, uploadId)
      if (number < 1 || number > this.maxParts) throw refusal('InvalidArgument', 400, `send part ${number} of "${key}"`)
      // The caller uses its buffer again.
      const bytes = Buffer.from(body)
      const etag = md5(bytes)
      upload.parts.set(number, { bytes, etag })
      return etag
    })
    return signal === undefined ? sent : abortable(sent, signal)
  }

  completeUpload(
    key: string,
    uploadId: string,
    partETags: readonly string[],
    sizeBytes: number,
  ): Promise<StoredVersion> {
    return this.#operate('completeUpload', key, () => {
      const upload = this.#upload(key, uploadId)
      const minPartBytes = this.#options.minPartBytes ?? 5 * 2 ** 20
      const { bytes, etag } = assemble(upload, { partETags, sizeBytes, minPartBytes })
      this.#uploads.delete(uploadId)
      return this.#hold(key, bytes, etag, upload.put)
    })
  }

  abortUpload(key: string, uploadId: string): Promise<void> {
    return this.#operate('abortUpload', key, () => {
      if (this.#uploads.get(uploadId)?.key === key) this.#uploads.delete(uploadId)
    })
  }

  async *listUploads(prefix: string): AsyncIterable<OpenUpload> {
    const found = await this.#operate('listUploads', prefix, () =>
      [...this.#uploads.values()].filter(upload => upload.key.startsWith(prefix)),
    )
    for (const { key, uploadId, initiated } of found.sort((a, b) => inKeyOrder(a.key, b.key))) {
      yield { key, uploadId, initiated }
    }
  }

  copy(source: KnownObject, targetKey: string, put: PutOptions): Promise<StoredVersion> {
    return this.#operate('copy', targetKey, () => {
      const doing = `copy "${source.key}" to "${targetKey}"`
      const held = this.#objects.get(source.key)
      if (held === undefined) throw refusal('NoSuchKey', 404, doing)
      if (held.etag !== source.etag || held.bytes.length !== source.sizeBytes)
        throw refusal('PreconditionFailed', 412, doing)
      return this.#hold(targetKey, held.bytes, md5(held.bytes), put)
    })
  }

  tryCopy(_missingKey: string, targetKey: string): Promise<void> {
    return this.#operate('copy', targetKey, () => {})
  }

  close(): void {}

  async #operate<T>(operation: StoreOperation, key: string, effect: () => T): Promise<T> {
    this.operations.push(`${operation} ${key}`)
    const answered = this.#options.clock?.asking()
    await this.#passThrough(operation, key, 'before')
    const result = effect()
    answered?.(this.#options.now?.().toUTCString())
    await this.#passThrough(operation, key, 'after')
    return result
  }

  async #passThrough(operation: StoreOperation, key: string, moment: Moment): Promise<void> {
    await this.#options.onOperation?.(operation, key, moment)
    this.pass(operation, key, moment)
  }

  #upload(key: string, uploadId: string): MemoryUpload {
    const upload = this.#uploads.get(uploadId)
    if (upload === undefined || upload.key !== key) throw refusal('NoSuchUpload', 404, `find the upload of "${key}"`)
    return upload
  }

  #hold(key: string, bytes: Buffer, etag: string, { metadata }: PutOptions): StoredVersion {
    this.#objects.set(key, {
      bytes,
      etag,
      lastModified: this.#now(),
      metadata: { ...metadata },
      isArchived: false,
    })
    return { etag, versionId: null }
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date(Date.UTC(2026, 0, 1) + 1000 * this.#seconds++)
  }
}
