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
  /** Rejects when the connection breaks before the release. Never resolves. */
  readonly lost: Promise<never>
  release(): Promise<void>
}

/** The job `take-lock`, which holds the lock while it runs. See `Server.takeLock`. */
export async function takeLock(connection: Connection, { lock, owner, waitSeconds }: LockRequest): Promise<ServerLock> {
  let locked = () => {}
  const taken = new Promise<void>(resolve => {
    locked = resolve
  })
  const recovered: string[] = []
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
        if (word === 'phase') locked()
      },
    },
  )
  job.body.resume() // The job prints nothing; `done` carries the error.
  let released = false
  const lost = job.done.then<never>(
    () => new Promise<never>(() => {}),
    error => (released ? new Promise<never>(() => {}) : Promise.reject(error)),
  )
  lost.catch(() => {})
  await Promise.race([taken, lost])
  return {
    recovered,
    lost,
    release: async () => {
      released = true
      job.send('release')
      await job.done.catch(() => {}) // A broken connection releases the lock too.
    },
  }
}

/** The name of a lock's folder, in the state folder of the script. */
export function lockFolder(lock: string): string {
  return `lock-${lock}`
}
