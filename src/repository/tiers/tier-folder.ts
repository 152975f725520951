import type { ListedObject } from '../../store/store'
import { isObjectOf, objectsOf } from '../artifact/objects'
import { fromTheFuture } from '../catalog/doubts'
import { storedWhen, takenAt } from '../catalog/taken-at'
import { manifestBytesMax } from '../manifest/manifest-codec'
import { readSlot } from '../manifest/slot-state'
import { listingPrefix, type ParsedKey, parseBaseKey, parseKey } from '../names/keys'
import { type Tier, tierOf } from '../names/tier-name'
import type { Repository } from '../repository'
import type { TierEntry } from './tier-plan'

/** An object of a tier, by its key. `parsed.slot` is the name of its entry. */
interface TierObject extends Pick<ListedObject, 'key' | 'sizeBytes' | 'lastModified'> {
  parsed: ParsedKey
}

/** What a listing shows of a tier. Objects whose keys are not of this tier are left out. */
export interface TierFolder {
  tier: Tier
  objects: TierObject[]
  /** Names of the entries that have a manifest, oldest first; what it says is not read yet. */
  names: string[]
}

/** An entry whose manifest was read. A tier may have hundreds, so no more of it is kept than is used. */
export interface ReadTierEntry extends TierEntry {
  /** Undefined for a foreign one. */
  takenAt?: Date
  /** The data objects that the manifest names. */
  keys: readonly string[]
  /** The signatures that a listing shows. */
  signatures: readonly string[]
}

/** Lists a tier, in one listing. Throws `StoreError`. */
export async function listTier(repository: Repository, tier: Tier): Promise<TierFolder> {
  const { store, prefix } = repository
  const objects: TierObject[] = []
  for await (const { key, sizeBytes, lastModified } of store.list(`${listingPrefix(prefix)}${tier}/`)) {
    const parsed = parseKey(prefix, key)
    if (parsed !== undefined && tierOf(parsed.slot) === tier) objects.push({ key, sizeBytes, lastModified, parsed })
  }
  const names = objects.filter(({ parsed }) => parsed.what === 'manifest').map(({ parsed }) => parsed.slot)
  return { tier, objects, names: names.sort() }
}

/** Compares an entry's manifest with the listing. Undefined when it is gone. Throws `StoreError`. */
export async function readTierEntry(
  repository: Repository,
  { tier, objects }: TierFolder,
  name: string,
): Promise<ReadTierEntry | undefined> {
  const own = objects.filter(({ parsed }) => parsed.slot === name)
  const isTooLarge = own.some(({ parsed, sizeBytes }) => parsed.what === 'manifest' && sizeBytes > manifestBytesMax)
  const signatures = own.filter(({ parsed }) => parsed.what.endsWith('-signature')).map(({ key }) => key)
  const foreign: ReadTierEntry = { tier, name, state: 'foreign', keys: [], signatures }
  if (isTooLarge) return foreign
  const state = await readSlot(repository, name)
  if (state.kind === 'empty') return undefined
  if (state.kind === 'denied' || state.kind === 'unreadable') return foreign
  const { manifest } = state
  const listedAt = own.find(({ parsed }) => parsed.what === 'manifest')?.lastModified
  const storedAt = await storedWhen(repository, manifest, listedAt ?? new Date(manifest.finishedAt))
  const named = objectsOf(manifest)
  const { prefix } = repository
  if (named.some(object => !isObjectOf(prefix, name, object) || parseBaseKey(prefix, object.key) !== undefined))
    return foreign
  const isFromThen = fromTheFuture(manifest, storedAt) === undefined
  const isWhole = named.every(({ key, bytes }) => own.some(object => object.key === key && object.sizeBytes === bytes))
  return {
    tier,
    name,
    state: state.kind === 'complete' && isWhole && isFromThen ? manifest.verdict : 'broken',
    takenAt: takenAt(manifest, storedAt),
    keys: named.map(({ key }) => key),
    signatures,
  }
}

/** Reads several entries, a few at a time. Throws `StoreError`. */
export async function readTierEntries(
  repository: Repository,
  folder: TierFolder,
  names: readonly string[],
): Promise<ReadTierEntry[]> {
  const entries: ReadTierEntry[] = []
  const rest = names.values()
  const readSome = async (): Promise<void> => {
    for (const name of rest) {
      const entry = await readTierEntry(repository, folder, name)
      if (entry !== undefined) entries.push(entry)
    }
  }
  await Promise.all(Array.from({ length: readsAtOnce }, readSome))
  return entries
}

const readsAtOnce = 8
