import type { S3Settings } from '../store/s3/s3-settings'
import { openS3Store } from '../store/s3/s3-store'
import type { Repository } from './repository'

/** Runs work with the repository that the inputs of an action name, and closes its store in the end. */
export async function withRepository<T>(settings: S3Settings, work: (own: Repository) => Promise<T>): Promise<T> {
  const store = openS3Store(settings)
  try {
    return await work({ store, prefix: settings.prefix })
  } finally {
    store.close()
  }
}
