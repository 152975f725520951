import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { isRetryable } from './s3/s3-retry'
import type { KnownObject, Store } from './store'
import { StoreError } from './store-error'

/**
 * Reads an object as one stream; continues a broken one at its next byte, up to six times without progress and a hundred
 * times within 64 MiB. Fails with `StoreError` `PreconditionFailed` for another object, also one that turns out to be
 * longer, `NoSuchKey` for none. Destroying it stops the download.
 */
export function steadyRead(
  store: Pick<Store, 'get' | 'name'>,
  object: KnownObject,
  options: SteadyOptions = {},
): Readable {
  return new SteadyRead(store, object, options)
}

interface SteadyOptions {
  /** The pause between two attempts; doubles with each failure in a row. */
  pauseMs?: number | undefined
  /** Called with the number of bytes received so far. */
  onProgress?: ((bytes: number) => void) | undefined
}

const faultsAtMost = 6
const faultsInStretchMax = 100
const stretchBytes = 64 * 2 ** 20

class SteadyRead extends Readable {
  readonly #store: Pick<Store, 'get' | 'name'>
  readonly #object: KnownObject
  readonly #options: SteadyOptions
  readonly #stopped = new AbortController()
  #body: Readable | undefined
  #isOpening = false
  #position = 0
  #faultsInARow = 0
  #faultsInStretch = 0
  #stretchEnd = stretchBytes

  constructor(store: Pick<Store, 'get' | 'name'>, object: KnownObject, options: SteadyOptions) {
    super({ highWaterMark: 256 * 1024 })
    this.#store = store
    this.#object = object
    this.#options = options
  }

  override _read(): void {
    if (this.#body !== undefined) this.#body.resume()
    else if (!this.#isOpening) void this.#open()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stopped.abort()
    this.#body?.destroy()
    done(error)
  }

  async #open(): Promise<void> {
    this.#isOpening = true
    try {
      const body = await this.#request()
      if (this.destroyed) body?.destroy()
      else if (body === undefined) this.push(null)
      else this.#follow(body)
    } catch (error) {
      void this.#goOn(error)
    } finally {
      this.#isOpening = false
    }
  }

  /** The rest of the object; undefined if nothing is left. */
  async #request(): Promise<Readable | undefined> {
    const { key, etag, sizeBytes } = this.#object
    // A connection may break after the last byte, and stores refuse a range that starts there.
    if (this.#position > 0 && this.#position >= sizeBytes) return undefined
    const body = await this.#store.get(key, { start: this.#position, etag })
    if (body !== undefined) return body
    throw new StoreError(`Could not read "${key}" from ${this.#store.name}: it no longer exists.`, {
      code: 'NoSuchKey',
      status: 404,
    })
  }

  #follow(body: Readable): void {
    this.#body = body
    body.on('data', (chunk: Buffer) => {
      this.#position += chunk.length
      this.#faultsInARow = 0
      if (this.#position >= this.#stretchEnd) {
        this.#stretchEnd = this.#position + stretchBytes
        this.#faultsInStretch = 0
      }
      if (this.#position > this.#object.sizeBytes) return void this.destroy(this.#tooLong())
      this.#options.onProgress?.(this.#position)
      if (!this.push(chunk)) body.pause()
    })
    body.once('end', () => this.push(null))
    body.once('error', error => {
      this.#body = undefined
      void this.#goOn(error)
    })
  }

  #tooLong(): StoreError {
    const { key, sizeBytes } = this.#object
    return new StoreError(
      `"${key}" in ${this.#store.name} has more than its ${sizeBytes} bytes: it is another object.`,
      {
        code: 'PreconditionFailed',
      },
    )
  }

  async #goOn(fault: unknown): Promise<void> {
    if (this.destroyed) return
    this.#faultsInARow++
    this.#faultsInStretch++
    const isHopeless = this.#faultsInARow >= faultsAtMost || this.#faultsInStretch >= faultsInStretchMax
    if (isHopeless || !isRetryable(fault)) {
      this.destroy(fault instanceof Error ? fault : new Error(String(fault)))
      return
    }
    this.#isOpening = true
    try {
      const { pauseMs = 500 } = this.#options
      await wait(pauseMs * 2 ** (this.#faultsInARow - 1), undefined, { signal: this.#stopped.signal })
    } catch {
      return
    }
    await this.#open()
  }
}
