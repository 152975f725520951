import { type Duplex, Transform, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { noteFreed } from '../runtime/minor-gc'

/**
 * A part of a pipeline that changes what passes, or measures it, or both. It ends only when all is as it should be: what comes behind
 * it may take the end for proof. Otherwise it fails with a `CheckError`, and with it the pipeline. Memory is constant.
 */
export interface Filter<R> {
  /** For `pipeline`, in order. None: there is nothing to be done. */
  readonly stages: readonly Duplex[]
  /** What was found. Throws before the stages have ended well. */
  result(): R
}

/** Two filters, one behind the other. */
export function compose<A, B>(first: Filter<A>, second: Filter<B>): Filter<[A, B]> {
  return {
    stages: [...first.stages, ...second.stages],
    result: () => [first.result(), second.result()],
  }
}

const queueBytes = 256 * 1024

/**
 * Shows to a filter what passes, and passes it on as it came; what comes out of the filter is dropped. A chunk is taken when both the
 * reader and the filter have room.
 */
export function aside<R>({ stages, result }: Filter<R>): Filter<R> {
  const [head, last] = [stages[0], stages.at(-1)]
  if (head === undefined || last === undefined) return { stages, result }
  const ended = head === last ? finished(head) : pipeline([...stages])
  last.resume()
  const stage = new Transform({
    highWaterMark: queueBytes,
    transform(chunk: Buffer, _encoding, done) {
      noteFreed(chunk.length)
      if (head.write(chunk)) done(null, chunk)
      else head.once('drain', () => done(null, chunk))
    },
    flush(done) {
      head.end()
      ended.then(() => done(), done)
    },
    destroy(error, done) {
      head.destroy()
      done(error)
    },
  })
  ended.catch(error => stage.destroy(error))
  return { stages: [stage], result }
}

/** Where a stream ends that was only to be measured. */
export function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

/** For what is known only when a stage has ended well. */
export function known<R>(found: { result: R } | undefined): R {
  if (found === undefined) throw new Error('The stream has not ended well yet.')
  return found.result
}
