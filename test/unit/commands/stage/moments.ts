import type { Moment, StoreOperation } from '../../../memory/memory-faults'
import type { AskedJob } from './server-link'

type Action<T> = (about: T) => Promise<unknown> | unknown

/** What a test does in the very moment when something begins. Each is done once. */
export interface Moments {
  /** Before the next job of this name begins on the server, or after so many of them (`skip`) the one behind those. */
  onJob(name: string, action: Action<AskedJob>, options?: { skip?: number }): void
  /** Around the next operation on a key that matches. */
  onStore(operation: StoreOperation, key: RegExp, action: Action<string>, moment?: Moment): void
}

/** `job` and `operation` are told what begins, and wait for what the test does then. */
export interface MomentKeeper extends Moments {
  job(job: AskedJob): Promise<void>
  operation(operation: StoreOperation, key: string, moment: Moment): Promise<void>
}

export function moments(): MomentKeeper {
  const jobs: { name: string; skip: number; action: Action<AskedJob> }[] = []
  const operations: { operation: string; key: RegExp; moment: Moment; action: Action<string> }[] = []
  return {
    onJob: (name, action, { skip = 0 } = {}) => void jobs.push({ name, skip, action }),
    onStore: (operation, key, action, moment = 'before') => void operations.push({ operation, key, moment, action }),
    job: async job => {
      const now = jobs.filter(each => each.name === job.name && each.skip-- === 0)
      for (const { action } of now) await action(job)
    },
    operation: async (operation, key, moment) => {
      const at = operations.findIndex(
        each => each.operation === operation && each.moment === moment && each.key.test(key),
      )
      const [found] = at < 0 ? [] : operations.splice(at, 1)
      await found?.action(key)
    },
  }
}
