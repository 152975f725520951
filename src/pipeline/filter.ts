import { type Duplex, Transform, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { noteFreed } from '../runtime/garbage'

/**
 * A part of a pipeline that changes or measures the stream, in constant memory. It ends only when everything is
 * correct, so later stages may take its end as proof. Otherwise it fails with `CheckError`, and with it the pipeline.
 */
export interface Filter<R> {
  /** For `pipeline`, in order. Empty: nothing to do. */
  readonly stages: readonly Duplex[]
  /** The result. Throws unless all stages have ended without an error. */
  result(): R
}

/** Two filters, one after the other. */
export function compose<A, B>(first: Filter<A>, second: Filter<B>): Filter<[A, B]> {
  return {
    stages: [...first.stages, ...second.stages],
    result: () => [first.result(), second.result()],
  }
}

const queueBytes = 256 * 1024

/** Passes the stream on and copies it into a filter, whose output is dropped. Reads only when both can take more. */
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

/** A sink that drops everything, for a stream that is only measured. */
export function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

/** For a result that exists only once a stage has ended without an error. */
export function known<R>(found: { result: R } | undefined): R {
  if (found === undefined) throw new Error('The stream has no result: it has not ended, or it failed.')
  return found.result
}
