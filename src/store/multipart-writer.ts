import { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { PutOptions, Store } from './store'
import { isDenied, StoreError } from './store-error'

/** An object on its way into the store. Nothing here makes it appear: that is `store.completeUpload` with `parts()`. */
export interface MultipartWriter {
  readonly uploadId: string
  /** For `stream.pipeline`. Its end means that every part is stored. An empty stream is an error. */
  readonly writable: Writable
  /** Taken so far. */
  readonly bytes: number
  /** The ETags of the parts in order. Throws before `writable` has finished. */
  parts(): string[]
  /**
   * Stops the writing, waits for parts in flight, drops the upload and checks that it is gone. May be called again, and after
   * the upload was completed, when it does nothing. Rejects with a `StoreError` when the upload could not be dropped; what
   * failed before stays the error of `writable`.
   */
  abort(): Promise<void>
}

export interface MultipartOptions {
  /** Of every part but the last. See `planParts`. */
  partSizeBytes: number
  /** Parts in flight at most. One more is being filled meanwhile. */
  concurrency: number
  put: PutOptions
  /** Once aborted, `writable` fails with its reason and no further part is begun. */
  signal: AbortSignal
}

/**
 * Begins a multipart upload of a stream of unknown length. Memory: `concurrency + 1` parts, allocated as needed and used over
 * and over; every byte is copied once. A part that the store refuses for good fails `writable`.
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
  /** Goes on with what waits for a part to land. */
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
        // Finished or failed: the memory is free for the other artifacts.
        this.#idle.length = 0
        this.#filling = undefined
        done(error)
      },
    })
    // Until a pipeline listens, a failure must not end the process; it is kept in `writable.errored`.
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

  /** Copies the chunk into parts and sends those that are full. */
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
    // A part that is full need not wait for the next chunk, only for its turn.
    if (this.#isFull() && this.#hasTurn()) this.#send()
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

  #hasTurn(): boolean {
    return this.#inFlight.size < this.#options.concurrency
  }

  /** True when the filled part was sent; false when `again` will be called once there is room. */
  #sendOrWait(again: () => void): boolean {
    if (this.#hasTurn()) {
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
    const landing = this.#store
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
        this.#inFlight.delete(landing)
        const resume = this.#resume
        this.#resume = undefined
        if (this.writable.destroyed) return
        if (this.#isFull()) this.#send()
        resume?.()
      })
    this.#inFlight.add(landing)
  }

  async #drop(): Promise<void> {
    this.writable.destroy()
    await Promise.all(this.#inFlight)
    // A part whose request was cut off may still land at the store, and bring the upload's remains back.
    for (const pauseMs of [250, 1_000, 0]) {
      await this.#store.abortUpload(this.#key, this.uploadId)
      if (!(await this.#isLeft())) return
      await wait(pauseMs)
    }
    throw new StoreError(
      `The unfinished upload of "${this.#key}" is still in ${this.#store.name} after it was dropped.`,
      {
        code: '',
        detail: [`upload id ${this.uploadId}`],
        advice:
          'The next run tries again. A lifecycle rule that aborts incomplete multipart uploads is a good last net.',
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
      // Credentials that may only write cannot look; the store has confirmed the abort.
      if (isDenied(error)) return false
      throw error
    }
  }

  #tooManyParts(): StoreError {
    const { partSizeBytes } = this.#options
    const { maxParts, name } = this.#store
    return new StoreError(
      `"${this.#key}" is larger than ${maxParts} parts of ${partSizeBytes / 2 ** 20} MiB, the most that ${name} takes at this part size.`,
      {
        code: 'TooManyParts',
        advice:
          'The part size follows the size of the last good backup, and this one is more than twice as large. Divide the paths or databases among several backups, each with a prefix of its own.',
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
