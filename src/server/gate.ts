import { Transform, type TransformCallback } from 'node:stream'
import { FailureError } from '../runtime/errors'
import { formatCount } from '../runtime/text/format-count'
import { fieldsMax, limitsOf, mebibytes, noiseBytesMax, tooMuch } from './job-limits'
import type { ServerJob } from './server-script'

export interface GateOptions {
  job: ServerJob
  nonce: string
  /** The end of the data waits for it. */
  proof: Promise<unknown>
  /** Called for each piece of the data. */
  onData: (bytes: number) => void
  /** Called when the job sent more than it may. */
  fail: (error: Error) => void
}

/**
 * Drops the output of the login shell before the nonce, passes the data, and holds back the end until `proof`. Fails
 * when either is more than it may be.
 */
export class Gate extends Transform {
  readonly #marker: Buffer
  readonly #options: GateOptions
  #before: Buffer | undefined = Buffer.alloc(0)
  #noiseBytes = 0
  #dataBytes = 0
  #fields = 0

  constructor(options: GateOptions) {
    super({ readableHighWaterMark: 1 << 20, writableHighWaterMark: 1 << 18 })
    this.#options = options
    this.#marker = Buffer.from(`@${options.nonce}\n`)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    const data = this.#before === undefined ? chunk : this.#afterMarker(this.#before, chunk)
    const error = data === undefined ? this.#checkNoise(chunk) : this.#check(data)
    if (error !== undefined) this.#options.fail(error)
    else if (data === undefined || data.length === 0) callback()
    else callback(null, data)
  }

  override _flush(callback: TransformCallback): void {
    this.#options.proof.then(
      () =>
        callback(
          this.#before === undefined
            ? null
            : new FailureError('A job on the server ended without its marker on standard output.'),
        ),
      callback,
    )
  }

  /** The data after the marker; undefined until the marker has arrived. */
  #afterMarker(before: Buffer, chunk: Buffer): Buffer | undefined {
    const seen = Buffer.concat([before, chunk])
    const at = seen.indexOf(this.#marker)
    if (at < 0) {
      // Keeps only what could be the start of the marker, however much arrives.
      this.#before = seen.subarray(Math.max(0, seen.length - this.#marker.length))
      return undefined
    }
    this.#before = undefined
    return seen.subarray(at + this.#marker.length)
  }

  #checkNoise(noise: Buffer): Error | undefined {
    this.#noiseBytes += noise.length
    if (this.#noiseBytes <= noiseBytesMax) return undefined
    return tooMuch(this.#options.job, `${mebibytes(noiseBytesMax)} before the job began`)
  }

  #check(data: Buffer): Error | undefined {
    this.#options.onData(data.length)
    const { job } = this.#options
    const { outputBytes } = limitsOf[job]
    if (outputBytes === Number.POSITIVE_INFINITY) return undefined
    this.#dataBytes += data.length
    if (this.#dataBytes > outputBytes) return tooMuch(job, `${mebibytes(outputBytes)} of output`)
    for (const byte of data) if (byte === 0x09 || byte === 0x0a) this.#fields++
    return this.#fields > fieldsMax ? tooMuch(job, `${formatCount(fieldsMax)} fields of output`) : undefined
  }
}
