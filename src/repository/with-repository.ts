import type { StoreClock } from '../runtime/runtime'
import type { S3Settings } from '../store/s3/s3-settings'
import { openS3Store } from '../store/s3/s3-store'
import type { Repository } from './repository'

/**
 * Runs work with the repository that the inputs of an action name, and closes its store in the end. `clock` learns the
 * store's time.
 */
export async function withRepository<T>(
  { s3, signing }: { s3: S3Settings; signing: Pick<Repository, 'signer' | 'trust'> },
  clock: StoreClock,
  work: (own: Repository) => Promise<T>,
): Promise<T> {
  const store = openS3Store(s3, {}, clock)
  try {
    return await work({ store, prefix: s3.prefix, ...signing })
  } finally {
    store.close()
  }
}
