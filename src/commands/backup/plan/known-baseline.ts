import type { BackupInputs } from '../../../inputs/backup'
import type { Survey } from '../../../repository/catalog/survey'
import { type Baseline, baselineOf } from '../../../repository/guards/baseline'
import { parseBaselineFile, serializeBaseline } from '../../../repository/guards/baseline-file'
import { hideBaseline, revealBaseline } from '../../../repository/guards/hidden-baseline'
import { cacheScope, nameHider } from '../../../repository/guards/hidden-names'
import type { Repository } from '../../../repository/repository'
import type { BaselineCache } from '../../../runtime/github/baseline-cache'

/** Opens the runner's cache for one site. */
export type OpenCache = (scope: string) => BaselineCache

/** The last good recovery point, as far as this run can know of it. */
export interface KnownBaseline {
  /** `now` gives back the names that the cache only holds in hiding. */
  load(now: Baseline): Promise<Baseline | undefined>
  /** After a good run. */
  save(now: Baseline): Promise<void>
}

/** From the bucket; for credentials that may not look there, from the runner's cache. */
export function knownBaseline(
  { ssh, s3 }: BackupInputs,
  repository: Repository,
  survey: Survey,
  openCache: OpenCache,
): KnownBaseline {
  if (survey.isReadable) {
    return {
      load: async () => {
        const newest = await survey.newestGood()
        return newest === undefined ? undefined : baselineOf(newest)
      },
      save: async () => {},
    }
  }
  const place = { host: ssh.host, store: repository.store.name, prefix: repository.prefix }
  const hider = nameHider({ privateKey: ssh.privateKey, credentials: s3.credentials }, place)
  const cache = openCache(cacheScope(hider, place))
  return {
    load: async now => {
      const text = await cache.load()
      const hidden = text === undefined ? undefined : parseBaselineFile(text)
      return hidden === undefined ? undefined : revealBaseline(hidden, hider, now)
    },
    save: now => cache.save(serializeBaseline(hideBaseline(now, hider))),
  }
}
