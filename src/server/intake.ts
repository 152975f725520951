import type { Writable } from 'node:stream'
import type { Job } from './job'
import type { JobReport } from './job-report'

/** A job that takes data. */
export interface Intake {
  /** For `pipeline`. Its end ends the data. */
  readonly input: Writable
  /** Rejects with the error for the user. `input` may fail earlier, with a less specific error. */
  readonly done: Promise<JobReport>
  close(): void
}

/** Wraps a job that takes data and prints nothing. */
export async function intake(starting: Promise<Job>): Promise<Intake> {
  const job = await starting
  job.body.resume() // The job prints nothing; `done` carries the error.
  return { input: job.input, done: job.done, close: () => job.close() }
}
