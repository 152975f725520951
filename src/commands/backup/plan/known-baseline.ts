import type { BackupInputs } from '../../../inputs/backup'
import type { PrefixIndex } from '../../../repository/catalog/prefix-index'
import { type Baseline, baselineOf } from '../../../repository/guards/baseline'
import { parseBaselineFile, serializeBaseline } from '../../../repository/guards/baseline-file'
import { pseudonymiseBaseline, resolveBaseline } from '../../../repository/guards/pseudonymised-baseline'
import { cacheScope, pseudonymiserFor } from '../../../repository/guards/pseudonyms'
import type { Repository } from '../../../repository/repository'
import type { BaselineCache } from '../../../runtime/github/baseline-cache'

/** Opens the runner's cache for one site. */
export type OpenCache = (scope: string) => BaselineCache

/** The last good recovery point, as far as this run can know of it. */
export interface KnownBaseline {
  /** `now` resolves the pseudonyms, which are all that the cache has. */
  load(now: Baseline): Promise<Baseline | undefined>
  /** After a good run. */
  save(now: Baseline): Promise<void>
}

/** From the bucket, or from the runner's cache when the credentials may not read the bucket. */
export function knownBaseline(
  { ssh, s3 }: BackupInputs,
  repository: Repository,
  index: PrefixIndex,
  openCache: OpenCache,
): KnownBaseline {
  if (index.isReadable) {
    return {
      load: async () => {
        const newest = await index.newestGood()
        return newest === undefined ? undefined : baselineOf(newest)
      },
      save: async () => {},
    }
  }
  const { cache, pseudonymiser, read } = cachedBaseline({ ssh, s3 }, repository, openCache)
  return {
    load: async now => {
      const cached = await read()
      return cached === undefined ? undefined : resolveBaseline(cached, pseudonymiser, now)
    },
    save: now => cache.save(serializeBaseline(pseudonymiseBaseline(now, pseudonymiser))),
  }
}

/** What the runner's cache has of the last good recovery point, for credentials that may not read the bucket. */
export function cachedBaseline(
  { ssh, s3 }: Pick<BackupInputs, 'ssh' | 's3'>,
  repository: Repository,
  openCache: OpenCache,
) {
  const place = { host: ssh.host, store: repository.store.name, prefix: repository.prefix }
  const pseudonymiser = pseudonymiserFor({ privateKey: ssh.privateKey, credentials: s3.credentials }, place)
  const cache = openCache(cacheScope(pseudonymiser, place))
  const read = async () => {
    const text = await cache.load()
    return text === undefined ? undefined : parseBaselineFile(text)
  }
  return { cache, pseudonymiser, read }
}
