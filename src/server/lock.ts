import { FailureError } from '../runtime/errors'
import type { Connection } from '../ssh/remote'
import { startJob } from './job'
import { explainFailure } from './job-errors'

/** Which lock to take, for whom, and how long to wait for it. */
export interface LockRequest {
  lock: string
  /** Shown to other runs that find the lock taken. */
  owner: string
  waitSeconds: number
}

/** A held lock. */
export interface ServerLock {
  /** Owners of dead locks that were taken over. */
  readonly recovered: readonly string[]
  /** See `JobReport.served`. */
  readonly served: string | undefined
  /** Rejects when the job ends before the release, as when the connection breaks. Never resolves. */
  readonly lost: Promise<never>
  release(): Promise<void>
}

/** For the end of the job after the release. */
const releaseMs = 30_000

/** The job `take-lock`, which holds the lock while it runs. See `Server.takeLock`. */
export async function takeLock(connection: Connection, { lock, owner, waitSeconds }: LockRequest): Promise<ServerLock> {
  let isLocked = false
  let locked = () => {}
  const taken = new Promise<void>(resolve => {
    locked = resolve
  })
  const recovered: string[] = []
  let served: string | undefined
  const releasing = new AbortController()
  const job = await startJob(
    connection,
    'take-lock',
    [
      ['lock', lockFolder(lock)],
      ['owner', owner],
      ['wait-seconds', String(waitSeconds)],
    ],
    {
      explain: failure => explainFailure('the lock on the server', failure),
      onReport: ({ word, value }) => {
        if (word === 'recovered') recovered.push(value)
        if (word === 'served') served = value
        if (word === 'phase' && value === 'locked') {
          isLocked = true
          locked()
        }
      },
      waitMs: waitSeconds * 1000,
      signal: releasing.signal,
    },
  )
  job.body.resume() // The job prints nothing; `done` carries the error.
  let released = false
  const lost = job.done.then<never>(
    () => (released ? new Promise<never>(() => {}) : Promise.reject(endedTooEarly(isLocked))),
    error => (released ? new Promise<never>(() => {}) : Promise.reject(error)),
  )
  lost.catch(() => {})
  await Promise.race([taken, lost])
  return {
    recovered,
    served,
    lost,
    release: async () => {
      released = true
      job.send('release')
      const limit = setTimeout(
        () => releasing.abort(new Error('The lock was not let go of in time.')),
        releaseMs,
      ).unref()
      await job.done.catch(() => {}) // A broken connection releases the lock too.
      clearTimeout(limit)
    },
  }
}

function endedTooEarly(isLocked: boolean): FailureError {
  const what = isLocked ? 'let go of the lock before the run was over' : 'did not take the lock, and reported success'
  return new FailureError(`The server ${what}.`, {
    advice:
      'Run the workflow again. If it happens again, something else answers in place of the script: check the startup files of the SSH user on the server.',
  })
}

/** The name of a lock's folder, in the state folder of the script. */
export function lockFolder(lock: string): string {
  return `lock-${lock}`
}
