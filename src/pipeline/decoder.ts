import { Duplex } from 'node:stream'
import type { Gunzip, ZstdDecompress } from 'node:zlib'
import { messageOf } from '../runtime/errors'
import { noteFreed } from '../runtime/garbage'
import { CheckError } from './check-error'
import type { ZstdFrames } from './zstd-frames'

/**
 * Decompresses a stream. Fails with `CheckError` unless the stream is complete and nothing follows it; several gzip
 * members or zstd frames in a row count as one stream. Ends once all content has been passed on.
 */
export class Decoder extends Duplex {
  private readonly label: string
  private readonly engine: Gunzip | ZstdDecompress
  private readonly frames: ZstdFrames | undefined
  /** Called for each chunk, in order, once it is decoded: with the bytes of content that there are by then. */
  onDecoded: ((contentBytes: number) => void) | undefined
  private written = 0
  private passed = 0
  /** Called once the engine can take more, or has ended. */
  private waiting: (() => void) | undefined
  private ending = false

  constructor(label: string, engine: Gunzip | ZstdDecompress, frames?: ZstdFrames) {
    super({ highWaterMark: 1024 * 1024 })
    this.label = label
    this.engine = engine
    this.frames = frames
    engine.on('data', (piece: Buffer) => {
      noteFreed(piece.length)
      this.passed += piece.length
      if (!this.push(piece)) engine.pause()
    })
    engine.on('drain', () => this.wake())
    engine.on('error', error => this.failEngine(error))
    // Node ends a decompressor by itself when more data follows the end, and drops that data.
    engine.on('end', () => {
      if (!this.ending || engine.bytesWritten !== this.written) {
        this.fail(`The ${label} stream has more data after its end.`)
        return
      }
      this.push(null)
      this.wake()
    })
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, next: () => void): void {
    this.written += chunk.length
    let canTakeMore = true
    try {
      const pieces = this.frames?.split(chunk) ?? [chunk]
      const decoded = () => this.onDecoded?.(this.passed + this.engine.readableLength)
      for (const [index, piece] of pieces.entries())
        canTakeMore = index < pieces.length - 1 ? this.engine.write(piece) : this.engine.write(piece, decoded)
    } catch (error) {
      this.failEngine(error)
      return
    }
    if (canTakeMore) next()
    else this.waiting = next
  }

  override _final(done: () => void): void {
    if (this.written === 0) this.fail(`The ${this.label} stream is empty: not one byte arrived.`)
    else if (this.frames?.atFrameEnd === false) this.failCut()
    else {
      this.ending = true
      this.waiting = done
      this.engine.end()
    }
  }

  override _read(): void {
    this.engine.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.engine.destroy()
    done(error)
  }

  private wake(): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.()
  }

  private failEngine(error: unknown): void {
    if (codeOf(error) === 'Z_BUF_ERROR') this.failCut()
    else if (codeOf(error) === 'ZSTD_error_frameParameter_windowTooLarge')
      this.fail(`The ${this.label} stream needs more memory to be unpacked than that of any backup.`, error)
    else
      this.fail(
        `The ${this.label} stream is damaged within its first ${this.written} bytes: ${messageOf(error)}.`,
        error,
      )
  }

  private failCut(): void {
    this.fail(`The ${this.label} stream is cut off after ${this.written} bytes.`)
  }

  private fail(message: string, cause?: unknown): void {
    this.destroy(new CheckError(message, { cause }))
  }
}

/** Node's zlib reports `Z_BUF_ERROR` when the input ends too early, for gzip and zstd. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
