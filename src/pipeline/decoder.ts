import { Duplex } from 'node:stream'
import type { Gunzip, ZstdDecompress } from 'node:zlib'
import { messageOf } from '../runtime/errors'
import { noteFreed } from '../runtime/minor-gc'
import { CheckError } from './check-error'
import type { ZstdFrames } from './zstd-frames'

/**
 * Takes a compressed stream and hands on its content. It accepts a whole stream with nothing behind it and nothing else; several gzip
 * members or zstd frames one after another are one stream. It ends when all of the content was handed on.
 */
export class Decoder extends Duplex {
  private readonly label: string
  private readonly engine: Gunzip | ZstdDecompress
  private readonly frames: ZstdFrames | undefined
  private written = 0
  /** Who waits for room, or for the end. */
  private waiting: (() => void) | undefined
  private ending = false

  constructor(label: string, engine: Gunzip | ZstdDecompress, frames?: ZstdFrames) {
    super({ highWaterMark: 1024 * 1024 })
    this.label = label
    this.engine = engine
    this.frames = frames
    engine.on('data', (piece: Buffer) => {
      noteFreed(piece.length)
      if (!this.push(piece)) engine.pause()
    })
    engine.on('drain', () => this.wake())
    engine.on('error', error => this.failEngine(error))
    // Node ends a decompressor by itself when it finds something behind the end, and drops that.
    engine.on('end', () => {
      if (!this.ending || engine.bytesWritten !== this.written) {
        this.fail(`The ${label} stream has something behind its end.`)
        return
      }
      this.push(null)
      this.wake()
    })
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, next: () => void): void {
    this.written += chunk.length
    let hasDiskSpace = true
    try {
      for (const piece of this.frames?.split(chunk) ?? [chunk]) hasDiskSpace = this.engine.write(piece)
    } catch (error) {
      this.failEngine(error)
      return
    }
    if (hasDiskSpace) next()
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

/** What Node's zlib says when the input ended too early is `Z_BUF_ERROR`, for gzip and zstd alike. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
