import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { feed } from '../../../src/server/feed'
import type { Intake } from '../../../src/server/intake'
import type { JobReport } from '../../../src/server/job-report'
import { UnreadInput } from '../../../src/ssh/link/unread-input'
import { aJobReport } from './a-job-report'

interface TestIntake extends Intake {
  received: string
  isClosed: boolean
  finish(): void
  fail(error: Error): void
}

/** A job that takes data, as one over SSH: while nobody ends it, it waits for more. */
function anIntake(write: (intake: TestIntake) => void = () => {}): TestIntake {
  const { promise, resolve, reject } = Promise.withResolvers<JobReport>()
  promise.catch(() => {})
  const intake: TestIntake = {
    received: '',
    isClosed: false,
    done: promise,
    finish: () => resolve(aJobReport({ done: true })),
    fail: reject,
    close: () => {
      intake.isClosed = true
      reject(new Error('this side closed the channel'))
    },
    input: new Writable({
      write: (chunk, _encoding, done) => {
        intake.received += String(chunk)
        write(intake)
        done()
      },
      final: done => {
        intake.finish()
        done()
      },
    }),
  }
  return intake
}

const going = new AbortController().signal

function sending(...chunks: readonly (string | Error)[]): (input: Writable) => Promise<void> {
  const source = Readable.from(
    (async function* () {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk
        yield chunk
      }
    })(),
  )
  return input => pipeline(source, input)
}

describe('feed', () => {
  it('ends when everything was sent and the job has done its work', async () => {
    const intake = anIntake()
    await feed(intake, going, sending('a', 'b'))
    expect(intake).toMatchObject({ received: 'ab', isClosed: false })
  })

  it('throws what the job says at its end', async () => {
    const intake = anIntake()
    intake.fail(new Error('Unknown collation'))
    await expect(feed(intake, going, sending('a'))).rejects.toThrow('Unknown collation')
  })

  it('throws what the job says when it stops taking data, and not that it stopped', async () => {
    const intake = anIntake(({ input, fail }) => {
      input.destroy(new UnreadInput())
      setImmediate(() => fail(new Error('Duplicate entry')))
    })
    await expect(feed(intake, going, sending('a', 'b', 'c'))).rejects.toThrow('Duplicate entry')
  })

  it('throws that it stopped when the job calls it a success', async () => {
    const intake = anIntake(({ input, finish }) => {
      input.destroy(new UnreadInput())
      finish()
    })
    await expect(feed(intake, going, sending('a', 'b', 'c'))).rejects.toThrow(UnreadInput)
  })

  it('ends the job, which would wait for ever, when the source fails, and throws why', async () => {
    const intake = anIntake()
    await expect(feed(intake, going, sending('a', new Error('The store is gone')))).rejects.toThrow(
      'The store is gone',
    )
    expect(intake.isClosed).toBe(true)
  })

  it('ends the job when it is told to stop, and throws the reason', async () => {
    const stop = new AbortController()
    const intake = anIntake(() => stop.abort(new Error('Cancelled')))
    const endless = (input: Writable) =>
      pipeline(
        Readable.from(
          (function* () {
            for (;;) yield 'a'
          })(),
        ),
        input,
        { signal: stop.signal },
      )
    await expect(feed(intake, stop.signal, endless)).rejects.toThrow('Cancelled')
    expect(intake.isClosed).toBe(true)
  })

  it('sends nothing when it was told to stop before', async () => {
    const intake = anIntake()
    const stopped = AbortSignal.abort(new Error('Cancelled'))
    await expect(feed(intake, stopped, sending('a'))).rejects.toThrow('Cancelled')
    expect(intake).toMatchObject({ received: '', isClosed: true })
  })
})
