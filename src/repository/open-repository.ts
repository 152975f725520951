import type { S3Settings } from '../store/s3/s3-settings'
import { openS3Store } from '../store/s3/s3-store'
import type { Repository } from './repository'

/** The repository that the inputs of an action name. The caller closes its store. */
export function openRepository(settings: S3Settings): Repository {
  return { store: openS3Store(settings), prefix: settings.prefix }
}
