import type { Writable } from 'node:stream'
import type { Job } from './job'
import type { JobReport } from './job-report'

/** A job that takes data. */
export interface Intake {
  /** For `pipeline`. Its end is the end of the data. */
  readonly input: Writable
  /** Rejects with what the person reads. `input` may fail earlier, with less to say. */
  readonly done: Promise<JobReport>
  close(): void
}

/** Of a job that takes data and prints nothing. */
export async function intake(starting: Promise<Job>): Promise<Intake> {
  const job = await starting
  job.body.resume() // The job prints nothing; `done` carries the error.
  return { input: job.input, done: job.done, close: () => job.close() }
}
