import { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { PutOptions, Store } from './store'
import { isDenied, StoreError } from './store-error'

/** An upload in progress. The object appears only after `store.completeUpload` with `parts()`. */
export interface MultipartWriter {
  readonly uploadId: string
  /** For `stream.pipeline`. Its end means that every part is stored. An empty stream is an error. */
  readonly writable: Writable
  /** The bytes written so far. */
  readonly bytes: number
  /** The ETags of the parts in order. Throws before `writable` has finished. */
  parts(): string[]
  /**
   * Stops writing, aborts the upload and checks that it is gone; does nothing after the upload was completed. Rejects
   * with `StoreError` when it could not be aborted; an earlier failure stays the error of `writable`.
   */
  abort(): Promise<void>
}

export interface MultipartOptions {
  /** The size of every part except the last. See `planParts`. */
  partSizeBytes: number
  /** The maximum number of parts in flight. One more is being filled. */
  concurrency: number
  put: PutOptions
  /** Once aborted, `writable` fails with its reason and starts no further part. */
  signal: AbortSignal
}

/**
 * Starts a multipart upload of a stream of unknown length. Memory: `concurrency + 1` parts, allocated as needed and
 * reused; every byte is copied once. `writable` fails when a part fails after all retries.
 */
export async function openMultipartWriter(
  store: Store,
  key: string,
  options: MultipartOptions,
): Promise<MultipartWriter> {
  options.signal.throwIfAborted()
  return new PartWriter(store, key, options, await store.createUpload(key, options.put))
}

class PartWriter implements MultipartWriter {
  readonly uploadId: string
  readonly writable: Writable
  bytes = 0

  readonly #store: Store
  readonly #key: string
  readonly #options: MultipartOptions
  readonly #stop = new AbortController()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #idle: Buffer[] = []
  readonly #eTags: string[] = []
  #filling: Buffer | undefined
  #filledBytes = 0
  #begun = 0
  /** Continues what waits for a part in flight. */
  #resume: (() => void) | undefined
  #dropped: Promise<void> | undefined

  constructor(store: Store, key: string, options: MultipartOptions, uploadId: string) {
    this.#store = store
    this.#key = key
    this.#options = options
    this.uploadId = uploadId
    const cancel = () => this.writable.destroy(reasonOf(options.signal))
    this.writable = new Writable({
      write: (chunk: Buffer, _encoding, done) => this.#take(chunk, done),
      final: done => this.#finish(done),
      destroy: (error, done) => {
        options.signal.removeEventListener('abort', cancel)
        this.#stop.abort(error ?? undefined)
        // Finished or failed: frees the memory for the other artifacts.
        this.#idle.length = 0
        this.#filling = undefined
        done(error)
      },
    })
    // A failure before a pipeline listens must not end the process; it stays in `writable.errored`.
    this.writable.on('error', () => {})
    if (options.signal.aborted) cancel()
    else options.signal.addEventListener('abort', cancel, { once: true })
  }

  parts(): string[] {
    if (!this.writable.writableFinished) throw new Error(`The upload of "${this.#key}" has not finished.`)
    return [...this.#eTags]
  }

  abort(): Promise<void> {
    this.#dropped ??= this.#drop().catch((error: unknown) => {
      this.#dropped = undefined
      throw error
    })
    return this.#dropped
  }

  /** Copies the chunk into parts and sends full ones. */
  #take(chunk: Buffer, done: (error?: Error) => void): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#isFull() && !this.#sendOrWait(() => this.#take(rest, done))) return
      if (this.#filledBytes === 0 && this.#begun === this.#store.maxParts) {
        done(this.#tooManyParts())
        return
      }
      this.#filling ??= this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#options.partSizeBytes)
      const copied = rest.copy(this.#filling, this.#filledBytes)
      this.#filledBytes += copied
      this.bytes += copied
      rest = rest.subarray(copied)
    }
    // A full part is sent at once if allowed, without waiting for the next chunk.
    if (this.#isFull() && this.#maySend()) this.#send()
    done()
  }

  #finish(done: (error?: Error) => void): void {
    if (this.bytes === 0) done(this.#nothingWritten())
    else if (this.#filledBytes > 0 && !this.#sendOrWait(() => this.#finish(done))) return
    else if (this.#inFlight.size > 0) this.#resume = () => this.#finish(done)
    else done()
  }

  #isFull(): boolean {
    return this.#filledBytes === this.#options.partSizeBytes
  }

  #maySend(): boolean {
    return this.#inFlight.size < this.#options.concurrency
  }

  /** True when the filled part was sent; false when `again` is called once it may be sent. */
  #sendOrWait(again: () => void): boolean {
    if (this.#maySend()) {
      this.#send()
      return true
    }
    this.#resume = again
    return false
  }

  #send(): void {
    const buffer = this.#filling
    if (buffer === undefined) return
    const number = ++this.#begun
    const body = buffer.subarray(0, this.#filledBytes)
    this.#filling = undefined
    this.#filledBytes = 0
    const sending = this.#store
      .uploadPart(this.#key, this.uploadId, number, body, this.#stop.signal)
      .then(
        etag => {
          this.#eTags[number - 1] = etag
          if (!this.writable.destroyed) this.#idle.push(buffer)
        },
        (error: unknown) => {
          this.writable.destroy(error instanceof Error ? error : new Error(String(error)))
        },
      )
      .then(() => {
        this.#inFlight.delete(sending)
        const resume = this.#resume
        this.#resume = undefined
        if (this.writable.destroyed) return
        if (this.#isFull()) this.#send()
        resume?.()
      })
    this.#inFlight.add(sending)
  }

  async #drop(): Promise<void> {
    this.writable.destroy()
    await Promise.all(this.#inFlight)
    // A part whose request was cut off may still reach the store and leave remains of the upload.
    for (const pauseMs of [250, 1_000, 0]) {
      await this.#store.abortUpload(this.#key, this.uploadId)
      if (!(await this.#isLeft())) return
      await wait(pauseMs)
    }
    throw new StoreError(
      `The unfinished upload of "${this.#key}" is still in ${this.#store.name} after it was aborted.`,
      {
        code: '',
        detail: [`upload id ${this.uploadId}`],
        advice:
          'The next run tries again. A lifecycle rule that aborts incomplete multipart uploads is a good safety net.',
      },
    )
  }

  async #isLeft(): Promise<boolean> {
    try {
      for await (const upload of this.#store.listUploads(this.#key)) {
        if (upload.uploadId === this.uploadId) return true
      }
      return false
    } catch (error) {
      // Credentials without the right to list cannot check; the store has confirmed the abort.
      if (isDenied(error)) return false
      throw error
    }
  }

  #tooManyParts(): StoreError {
    const { partSizeBytes } = this.#options
    const { maxParts, name } = this.#store
    return new StoreError(
      `"${this.#key}" is larger than ${maxParts} parts of ${partSizeBytes / 2 ** 20} MiB, the maximum of ${name} at this part size.`,
      {
        code: 'TooManyParts',
        advice:
          'The part size is based on the size of the last good backup, and this one is more than twice as large. Split the paths or databases into several backups, each with its own prefix.',
      },
    )
  }

  #nothingWritten(): StoreError {
    return new StoreError(`Nothing was written to "${this.#key}": an empty backup is never stored.`, {
      code: 'EmptyUpload',
    })
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
