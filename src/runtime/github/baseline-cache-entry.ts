import { join } from 'node:path'
import type { RunIdentity } from '../runtime'

/** Where a baseline lies in the runner's cache. */
export interface CacheEntry {
  /** The file, on the runner. An entry is found only under the path that it was saved from, so this is always the same. */
  path: string
  /** What all entries of the site begin with; the newest of them is what a restore finds. */
  keyPrefix: string
  /** Of this run's own entry. Entries cannot be overwritten, so each has a key of its own. */
  key: string
}

/** `scope` tells one site from another and may be read by strangers; letters, digits, `_` and `-`. */
export function baselineCacheEntry(options: {
  scope: string
  run: Pick<RunIdentity, 'id' | 'attempt'>
  /** `RUNNER_TEMP`: emptied by the runner with every job. */
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
