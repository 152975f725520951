import { join } from 'node:path'
import type { RunIdentity } from '../runtime'

/** Where a baseline is stored in the cache of GitHub Actions. */
export interface CacheEntry {
  /** The file on the runner. Always the same: an entry is found only under the path that it was saved from. */
  path: string
  /** The start of the key of all entries of the site. A lookup by it finds the newest. */
  keyPrefix: string
  /** The key of this run's entry. Entries cannot be overwritten, so each needs its own key. */
  key: string
}

/** `scope` identifies the site and is public; letters, digits, `_` and `-`. Throws `RangeError` otherwise. */
export function baselineCacheEntry(options: {
  scope: string
  run: Pick<RunIdentity, 'id' | 'attempt'>
  /** `RUNNER_TEMP`, which the runner empties for every job. */
  tempFolder: string
  now: Date
}): CacheEntry {
  const { scope, run, tempFolder, now } = options
  if (!/^[A-Za-z0-9_-]+$/.test(scope))
    throw new RangeError(`The scope of a cache entry has only letters, digits, "_" and "-", got "${scope}".`)
  const keyPrefix = `make-a-backup-baseline-${scope}-`
  return {
    path: join(tempFolder, 'make-a-backup-baseline', 'baseline.json'),
    keyPrefix,
    key: `${keyPrefix}${run.id}-${run.attempt}-${now.getTime()}`,
  }
}
