import { createHash } from 'node:crypto'
import { addAbortSignal, Transform } from 'node:stream'
import { noteFreed } from '../runtime/minor-gc'
import type { Compression } from './compression'
import type { ContentCheck, ContentDigest } from './content-check'
import { openDecompressor } from './decompressor'

/** A stream being checked on its way. */
export interface Inspection<R> {
  /**
   * For `pipeline`: passes every chunk on unchanged. It ends only when the stored stream was whole, with nothing behind it,
   * and its content passed the check; otherwise it fails with a `CheckError`, and with it the pipeline.
   */
  readonly stream: Transform
  /** Of the stored stream, and what the check found in its content. Throws before the stream has ended well. */
  result(): ContentDigest & { content: R }
  progress(): { storedBytes: number; content: ReturnType<ContentCheck<R>['progress']> }
}

const queueBytes = 256 * 1024

/**
 * Checks a stored stream in passing: digests it as it is, decompresses it and shows the content to the check. Memory is
 * constant: a chunk is taken when both the reader and the decompressor have room, and content is dropped once it was seen.
 */
export function inspect<R extends ContentDigest>(options: {
  compression: Compression
  check: ContentCheck<R>
  signal?: AbortSignal
}): Inspection<R> {
  const { compression, check, signal } = options
  // What is stored as it is has the digest of its content.
  const digest = compression === 'none' ? undefined : createHash('sha256')
  let storedBytes = 0
  let result: (ContentDigest & { content: R }) | undefined

  /** Runs a part of the check; what it throws fails the stream, and `next` is not called. */
  function guarded(work: () => void, next: () => void): void {
    try {
      work()
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
      return
    }
    next()
  }

  const decompressor = openDecompressor(compression, {
    content: piece =>
      guarded(
        () => check.write(piece),
        () => {},
      ),
    failed: error => stream.destroy(error),
  })

  const stream = new Transform({
    highWaterMark: queueBytes,
    transform(chunk: Buffer, _encoding, callback) {
      storedBytes += chunk.length
      digest?.update(chunk)
      noteFreed(chunk.length)
      decompressor.write(chunk, () => callback(null, chunk))
    },
    flush(callback) {
      decompressor.end(() =>
        guarded(
          () => {
            const content = check.finish()
            result = { bytes: storedBytes, sha256: digest?.digest('hex') ?? content.sha256, content }
          },
          () => callback(),
        ),
      )
    },
    destroy(error, callback) {
      decompressor.destroy()
      callback(error)
    },
  })
  if (signal !== undefined) addAbortSignal(signal, stream)

  return {
    stream,
    result() {
      if (result === undefined) throw new Error('The inspected stream has not ended well yet.')
      return result
    },
    progress: () => ({ storedBytes, content: check.progress() }),
  }
}
