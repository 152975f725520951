import type { Connection } from '../ssh/remote'
import { startJob } from './job'
import { explainFailure } from './job-errors'

/** Which lock to take, for whom, and how long to wait for it. */
export interface LockRequest {
  lock: string
  /** Said to others who find the lock taken. */
  owner: string
  waitSeconds: number
}

/** A lock that is held. */
export interface ServerLock {
  /** Owners whose locks were taken over because they were dead. */
  readonly recovered: readonly string[]
  /** Rejects when the lock is lost before its release: the connection broke. Never resolves otherwise. */
  readonly lost: Promise<never>
  release(): Promise<void>
}

/** The job `lock`, which holds the lock for as long as it runs. See `Server.takeLock`. */
export async function takeLock(
  connection: Connection,
  { lock, owner, waitSeconds }: LockRequest,
): Promise<ServerLock> {
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
      explain: failure => explainFailure('the locking of the server', failure),
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
      await job.done.catch(() => {}) // A lock that broke is released by its breaking.
    },
  }
}

/** The folder that stands for a lock, in the script's own folder. */
export function lockFolder(lock: string): string {
  return `lock-${lock}`
}
