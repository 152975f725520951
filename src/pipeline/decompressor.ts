import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib'
import { messageOf } from '../runtime/errors'
import { noteFreed } from '../runtime/minor-gc'
import { CheckError } from './check-error'
import type { Compression } from './compression'
import { ZstdFrames } from './zstd-frames'

/** Takes a stored stream, hands on its content. */
export interface Decompressor {
  /** `next` is called when there is room for more. */
  write(chunk: Buffer, next: () => void): void
  /** `done` is called when the stream has ended cleanly and all of its content was handed on. */
  end(done: () => void): void
  destroy(): void
}

/** Who hears of what comes out. */
export interface DecompressorListener {
  /** A piece of the content, in order. */
  content(piece: Buffer): void
  /** The stream is damaged, cut off or followed by something; nothing else is called after that. */
  failed(error: CheckError): void
}

/** Few, large pieces: each costs a turn of the event loop. */
const pieceBytes = 512 * 1024

/** Compressed bytes that may wait for the decompressor, which works on a thread of its own. */
const queueBytes = 1024 * 1024

/**
 * A decompressor that accepts a whole stream with nothing behind it and nothing else. Several gzip members or zstd frames one
 * after another are one stream.
 */
export function openDecompressor(compression: Compression, listener: DecompressorListener): Decompressor {
  const options = { chunkSize: pieceBytes, writableHighWaterMark: queueBytes }
  switch (compression) {
    case 'none':
      return plainStream(listener)
    case 'gzip':
      return new CompressedStream('gzip', createGunzip(options), listener)
    case 'zstd': {
      // What `zstd --ultra` writes without `--long`.
      const params = { [constants.ZSTD_d_windowLogMax]: 27 }
      return new CompressedStream(
        'zstd',
        createZstdDecompress({ ...options, params }),
        listener,
        new ZstdFrames(),
      )
    }
  }
}

function plainStream(listener: DecompressorListener): Decompressor {
  return {
    write(chunk, next) {
      listener.content(chunk)
      next()
    },
    end: done => done(),
    destroy: () => {},
  }
}

class CompressedStream implements Decompressor {
  private readonly label: string
  private readonly engine: Gunzip | ZstdDecompress
  private readonly listener: DecompressorListener
  private readonly frames: ZstdFrames | undefined
  private written = 0
  private stopped = false
  /** Who waits for room, or for the end. */
  private waiting: (() => void) | undefined
  private ending = false

  constructor(
    label: string,
    engine: Gunzip | ZstdDecompress,
    listener: DecompressorListener,
    frames?: ZstdFrames,
  ) {
    this.label = label
    this.engine = engine
    this.listener = listener
    this.frames = frames
    engine.on('data', (piece: Buffer) => {
      if (!this.stopped) listener.content(piece)
      noteFreed(piece.length)
    })
    engine.on('drain', () => this.wake())
    engine.on('error', error => this.failEngine(error))
    // Node ends a decompressor by itself when it finds something behind the end, and drops that.
    engine.on('end', () => {
      if (this.ending && engine.bytesWritten === this.written) this.wake()
      else this.fail(`The ${label} stream has something behind its end.`)
    })
  }

  write(chunk: Buffer, next: () => void): void {
    if (this.stopped) return
    this.written += chunk.length
    let hasRoom = true
    try {
      for (const piece of this.frames?.split(chunk) ?? [chunk]) hasRoom = this.engine.write(piece)
    } catch (error) {
      this.failEngine(error)
      return
    }
    if (hasRoom) next()
    else this.waiting = next
  }

  end(done: () => void): void {
    if (this.stopped) return
    if (this.written === 0) this.fail(`The ${this.label} stream is empty: not one byte arrived.`)
    else if (this.frames?.atFrameEnd === false) this.failCut()
    else {
      this.ending = true
      this.waiting = done
      this.engine.end()
    }
  }

  destroy(): void {
    this.stopped = true
    this.engine.destroy()
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
    if (this.stopped) return
    this.destroy()
    this.listener.failed(new CheckError(message, { cause }))
  }
}

/** What Node's zlib says when the input ended too early is `Z_BUF_ERROR`, for gzip and zstd alike. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
