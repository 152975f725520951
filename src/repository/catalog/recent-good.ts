import type { Clock } from '../../runtime/runtime'
import type { Manifest } from '../manifest/manifest'
import { readSlot } from '../manifest/slot-state'
import { slotKeys } from '../names/keys'
import { type Rotation, twoSlotsBack } from '../names/slot'
import type { Repository } from '../repository'
import { readSignature } from '../signatures/found-signature'
import type { FoundSignature } from '../signatures/ssh-signature'
import { objectionTo } from '../signatures/trust'
import { fromTheFuture } from './doubts'
import { indexPrefix, type PrefixIndex } from './prefix-index'

/** What counts as recent. */
export interface Recency {
  rotation: Rotation
  /** An IANA name. */
  timezone: string
  /** The recovery point was taken, by its own start, less than this before now. */
  withinMs: number
  clock: Pick<Clock, 'now'>
}

/** What was found. `isDenied`: something may not be read, so there may be one that was not seen. */
export interface RecentSearch {
  manifest?: Manifest
  isDenied: boolean
}

/**
 * A good recovery point of the ring that is recent. Looks under the names that it can have: three requests at most, and
 * no right to list is needed. Where it can have many names, a listing finds it. Where the repository has a trust, only a
 * signature that counts does: an older one in its place is no reason to take none. Throws `StoreError`.
 */
export async function findRecentGood(repository: Repository, recency: Recency): Promise<RecentSearch> {
  const { rotation, timezone, withinMs, clock } = recency
  // After each answer the clock may be another one: the store's.
  const slots = () => twoSlotsBack(rotation, clock.now(), timezone, withinMs)
  const tried = new Set<string>()
  let isDenied = false
  while (tried.size < 2) {
    const names = slots()
    if (names === undefined) return recentInIndex(repository, await indexPrefix(repository), recency)
    const slot = names.find(name => !tried.has(name))
    if (slot === undefined) break
    tried.add(slot)
    const state = await readSlot(repository, slot)
    if (state.kind === 'denied') isDenied = true
    if (state.kind !== 'complete' || !isRecentGood(state.manifest, recency)) continue
    const { manifest, text } = state
    if (repository.trust === undefined) return { manifest, isDenied }
    const signature = await readSignature(repository, slotKeys(repository.prefix, slot).manifest, text)
    return isTrusted(repository, signature) ? { manifest, isDenied } : { isDenied: signature.kind === 'denied' }
  }
  return { isDenied }
}

/** The same in an index of the ring that was read already. */
export async function recentInIndex(
  repository: Repository,
  index: PrefixIndex,
  recency: Recency,
): Promise<RecentSearch> {
  const isDenied = !index.isReadable
  const newest = await index.newest()
  if (newest === undefined || !isRecentGood(newest.manifest, recency)) return { isDenied }
  return isTrusted(repository, newest.signature) ? { manifest: newest.manifest, isDenied } : { isDenied }
}

/** Whether a moment is less than `withinMs` ago, and not ahead of now. */
export function isRecent(startedAt: string, { withinMs, clock }: Pick<Recency, 'withinMs' | 'clock'>): boolean {
  const now = clock.now()
  return now.getTime() - Date.parse(startedAt) < withinMs && fromTheFuture({ startedAt }, now) === undefined
}

function isRecentGood({ verdict, startedAt }: Manifest, recency: Recency): boolean {
  return verdict === 'good' && isRecent(startedAt, recency)
}

function isTrusted({ trust }: Repository, signature: FoundSignature = { kind: 'absent' }): boolean {
  return trust === undefined || objectionTo(signature, trust, 'manifest') === undefined
}
