import { doClocksDiffer } from '../../runtime/clock'
import type { WallClock } from '../../runtime/runtime'
import { isDenied } from '../../store/store-error'
import { isStaleSlot } from '../catalog/stale-slot'
import { storedWhen, takenAt } from '../catalog/taken-at'
import type { Manifest } from '../manifest/manifest'
import { readSlot } from '../manifest/slot-state'
import { type BaseName, baseFolder, baseSlot, dayNames, weekNames } from '../names/base-name'
import { listingPrefix, parseBaseKey, parseKey } from '../names/keys'
import type { Repository } from '../repository'

/** A whole archive of a week, or one of a day. */
export type BaseKind = 'week' | 'day'

/** What is known of a name: when it was written, and who builds on it. */
interface BaseState {
  name: BaseName
  writtenMs: number
  /** `living`: a slot whose turn has not come again. `stale`: only slots that should have been written again since. */
  use: 'none' | 'stale' | 'living' | 'foreign'
}

/**
 * The name that a new base may have, so that it is written over nothing that a living slot builds on; undefined when there is
 * none. Of a week one of `week-0` and `week-1`, or, if both are in use, one of a day. The manifests of the ring decide,
 * those of unfinished commits among them: a slot is living until its turn came again by the time of the store, and as
 * long as the clocks do not agree. One that nobody builds on comes before one of which only stale slots do, and the one
 * that was written first before others. The caller holds the lock of the prefix. Throws `StoreError`.
 */
export async function freeBase(
  repository: Repository,
  kind: BaseKind,
  clock: WallClock,
): Promise<BaseName | undefined> {
  const states = await baseStates(repository, clock)
  if (states === undefined) return undefined
  const order = { none: 0, stale: 1 }
  const free = states.flatMap(({ name, writtenMs, use }) =>
    use === 'none' || use === 'stale' ? [{ name, writtenMs, order: order[use] }] : [],
  )
  free.sort((one, other) => one.order - other.order || one.writtenMs - other.writtenMs)
  const among = (names: readonly BaseName[]) => free.find(({ name }) => names.includes(name))?.name
  return (kind === 'week' ? among(weekNames) : undefined) ?? among(dayNames)
}

/** Undefined: a manifest cannot be read, and may name any of them. */
async function baseStates(repository: Repository, clock: WallClock): Promise<BaseState[] | undefined> {
  const { store, prefix } = repository
  const states = new Map<BaseName, BaseState>(
    [...weekNames, ...dayNames].map(name => [name, { name, writtenMs: 0, use: 'none' }]),
  )
  const mark = (name: BaseName, use: BaseState['use']) => {
    const state = states.get(name)
    if (state !== undefined && state.use !== 'living' && state.use !== 'foreign') state.use = use
  }
  for await (const { key, lastModified } of store.list(`${listingPrefix(prefix)}${baseFolder}/`)) {
    const base = parseBaseKey(prefix, key)?.base
    const state = base === undefined ? undefined : states.get(base)
    if (state === undefined) continue
    state.writtenMs = Math.max(state.writtenMs, lastModified.getTime())
    if (!(await isOurs(repository, key, state.name))) mark(state.name, 'foreign')
  }
  for await (const { slot, lastModified } of listSlots(repository)) {
    const read = await readSlot(repository, slot)
    if (read.kind === 'denied') return undefined
    if (read.kind === 'unreadable' && read.error.laterFormat !== undefined) return undefined
    if (read.kind !== 'complete' && read.kind !== 'intent') continue
    const { manifest } = read
    const isStale =
      read.kind === 'complete' &&
      !doClocksDiffer(clock) &&
      isStaleSlot(
        {
          slot,
          takenAt: takenAt(manifest, await storedWhen(repository, manifest, lastModified)),
          timezone: manifest.timezone,
        },
        clock.now(),
      )
    for (const name of basesOf(prefix, manifest)) mark(name, isStale ? 'stale' : 'living')
    for (const name of manifest.previous ? basesOf(prefix, manifest.previous) : []) mark(name, 'living')
  }
  return [...states.values()]
}

async function* listSlots({ store, prefix }: Repository) {
  for await (const { key, lastModified } of store.list(listingPrefix(prefix))) {
    const parsed = parseKey(prefix, key)
    if (parsed?.what === 'manifest') yield { slot: parsed.slot, lastModified }
  }
}

/** The names of the bases that a recovery point builds on. */
function basesOf(prefix: string, { artifacts }: Pick<Manifest, 'artifacts'>): BaseName[] {
  return artifacts.flatMap(({ chain = [] }) => chain.flatMap(({ key }) => parseBaseKey(prefix, key)?.base ?? []))
}

/** What somebody else has put there is left alone. */
async function isOurs({ store }: Repository, key: string, base: BaseName): Promise<boolean> {
  try {
    const stored = await store.head(key)
    return stored === undefined || stored.metadata['make-a-backup-slot'] === baseSlot(base)
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}
