import { Writable } from 'node:stream'
import type { Intake } from './intake'

/**
 * What came of a job that got a stream along with somebody else. `cut`: the stream failed. `stopped`: by `stop`.
 * `failed`: the job did, and the stream went on without it.
 */
type SentAlong = { kind: 'sent' | 'cut' | 'stopped' } | { kind: 'failed'; error: unknown }

/** The end of a pipeline that sends a stream to a job. The job is not what the pipeline is for: it never fails it. */
export interface AlongSender {
  readonly stream: Writable
  /** Ends the job; what comes after is dropped. */
  stop(): void
  /** Once everything was sent and the job has ended, or one of them did too early. Never rejects. */
  readonly outcome: Promise<SentAlong>
}

export function sendAlong({ input, done: jobDone, close }: Intake): AlongSender {
  const { promise: outcome, resolve } = Promise.withResolvers<SentAlong>()
  let isOver = false
  let unread: unknown
  /** Called once more can be sent, or nothing will be. */
  let waiting: (() => void) | undefined
  const goOn = () => {
    const next = waiting
    waiting = undefined
    next?.()
  }
  const end = (how: SentAlong) => {
    isOver = true
    resolve(how)
    goOn()
  }
  input.on('drain', goOn)
  // Only a consequence: the end of the job has the reason.
  input.on('error', error => {
    unread = error
    isOver = true
    goOn()
  })
  jobDone.then(
    () => end(unread === undefined ? { kind: 'sent' } : { kind: 'failed', error: unread }),
    error => end({ kind: 'failed', error }),
  )
  const stream = new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      if (isOver || input.write(chunk)) done()
      else waiting = done
    },
    final(done) {
      if (!isOver) input.end()
      outcome.then(() => done())
    },
    destroy(error, done) {
      // Also after everything was sent; then it changes nothing.
      if (error !== null) {
        end({ kind: 'cut' })
        close()
      }
      done(error)
    },
  })
  return {
    stream,
    stop: () => {
      end({ kind: 'stopped' })
      close()
    },
    outcome,
  }
}
