import { isError } from '../../../findings/finding'
import type { BackupInputs } from '../../../inputs/backup'
import type { PrefixIndex } from '../../../repository/catalog/prefix-index'
import { findRecentGood, isRecent, type RecentSearch, recentInIndex } from '../../../repository/catalog/recent-good'
import { slotKeys } from '../../../repository/names/keys'
import { isManualSlot } from '../../../repository/names/manual-name'
import type { Repository } from '../../../repository/repository'
import type { Runtime } from '../../../runtime/runtime'
import { sources } from '../../../sources/registry'
import { clockDifference } from '../../clock-difference'
import { isOfThisSite } from '../plan/foreign-objects'
import { cachedBaseline, type OpenCache } from '../plan/known-baseline'
import type { BackupResult, RecentPoint } from '../run-report'

interface SkipTools {
  runtime: Pick<Runtime, 'clock' | 'run'>
  repository: Repository
  openCache: OpenCache
}

/**
 * Whether `min-interval` says that this run takes nothing. At most three requests to the store, none to the server.
 * Undefined also when what is there is another site's, or lacks something that this run is to take: that run goes on, and
 * says so. Throws `StoreError`.
 */
export function recentPoint(inputs: BackupInputs, tools: SkipTools): Promise<RecentPoint | undefined> {
  return recentBy(inputs, tools, recency => findRecentGood(tools.repository, recency))
}

/** The same once the lock is held: another run may have taken one while this one waited. */
export function recentUnderLock(
  inputs: BackupInputs,
  index: PrefixIndex,
  tools: SkipTools,
): Promise<RecentPoint | undefined> {
  return recentBy(inputs, tools, recency => recentInIndex(tools.repository, index, recency))
}

/** The result of a run that takes nothing. */
export function skippedFor(recent: RecentPoint): BackupResult {
  return { result: 'skipped', slot: recent.slot, manifestKey: recent.manifestKey, recent, artifacts: [] }
}

async function recentBy(
  inputs: BackupInputs,
  tools: SkipTools,
  search: (recency: Parameters<typeof findRecentGood>[1]) => Promise<RecentSearch>,
): Promise<RecentPoint | undefined> {
  const { minIntervalMs, rotation, timezone } = inputs
  if (minIntervalMs === undefined) return undefined
  const { repository, runtime } = tools
  const { clock, run } = runtime
  const recency = { rotation, timezone, withinMs: minIntervalMs, clock }
  const { manifest, isDenied } = await search(recency)
  // Nobody knows how old anything is then; the run refuses.
  const difference = clockDifference(clock)
  if (difference !== undefined && isError(difference)) return undefined
  const found =
    manifest !== undefined && isOfThisSite(inputs, manifest, run)
      ? { slot: manifest.slot, takenAt: manifest.startedAt }
      : isDenied
        ? await recentInCache(inputs, tools, recency)
        : undefined
  if (found === undefined) return undefined
  const manifestKey = slotKeys(repository.prefix, found.slot).manifest
  return { slot: found.slot, takenAt: new Date(found.takenAt), manifestKey, minIntervalMs }
}

/** For credentials that may only write. The names in the cache are pseudonyms: only kinds can be compared. */
async function recentInCache(
  inputs: BackupInputs,
  { repository, openCache }: SkipTools,
  recency: Parameters<typeof isRecent>[1],
): Promise<{ slot: string; takenAt: string } | undefined> {
  const cached = await cachedBaseline(inputs, repository, openCache).read()
  if (cached === undefined || isManualSlot(cached.slot) || !isRecent(cached.takenAt, recency)) return undefined
  const hasAll = sources.every(
    source => source.backup(inputs).isIn([]) || cached.artifacts.some(({ kind }) => kind === source.kind),
  )
  return hasAll ? cached : undefined
}
