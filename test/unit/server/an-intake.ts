import { Writable } from 'node:stream'
import type { Intake } from '../../../src/server/intake'
import type { JobReport } from '../../../src/server/job-report'
import { aJobReport } from './a-job-report'

interface TestIntake extends Intake {
  received: string
  isClosed: boolean
  finish(): void
  fail(error: Error): void
}

/** A job that takes data, as one over SSH: while nobody ends it, it waits for more. */
export function anIntake(write: (intake: TestIntake) => void = () => {}): TestIntake {
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
