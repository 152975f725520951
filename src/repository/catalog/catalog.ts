import { defined } from '../../runtime/defined'
import { messageOf } from '../../runtime/errors'
import { formatCount } from '../../runtime/text/format-count'
import { type ListedObject, listedMax } from '../../store/store'
import { isArchivedFault, StoreError } from '../../store/store-error'
import type { Manifest } from '../manifest/manifest'
import { manifestBytesMax } from '../manifest/manifest-codec'
import { baseFolder } from '../names/base-name'
import { listingPrefix, parseBaseKey, parseKey, suspectFolder } from '../names/keys'
import { manualFolder } from '../names/manual-name'
import { type Tier, tiers } from '../names/tier-name'
import { type Repository, suspectsOf } from '../repository'
import { readSlotForTrust, signerOf } from '../signatures/found-signature'
import { type CatalogFacts, factsOf } from './catalog-facts'
import { type Doubt, doubtAbout } from './doubts'
import { type FoundProof, readProof } from './found-proof'
import { listedDamage } from './listed-damage'
import { storedWhen } from './taken-at'

/** One recovery point, or what should be one, as the bucket shows it. */
export interface CatalogPoint {
  /** What the input `snapshot` takes: `Monday-13-00`, `daily/2026-11-23`, `manual/before-update`, `suspect/Monday-13-00`. */
  name: string
  /** Where it is: `suspect/Monday-13-00` is the slot `Monday-13-00` of `<prefix>/suspect`. */
  repository: Repository
  slot: string
  place: 'ring' | Tier | 'manual' | 'suspect'
  /**
   * `suspect`: its manifest says so, or it is in the folder of those; `stale`: a later base has been written over one that it
   * builds on; `damaged`: an object of it is missing, is not its
   * own or has another size; `untrusted`: it is complete and not to be believed, see `doubts.ts`; `unfinished`: its objects may be of two hours, until a run recovers it; `lost`: it could
   * be neither finished nor rolled back; `unreadable`: the object under the manifest's key is no manifest, or cannot be
   * read; `denied`: the credentials may not read it.
   */
  state: 'good' | 'suspect' | 'stale' | 'damaged' | 'untrusted' | 'unfinished' | 'lost' | 'unreadable' | 'denied'
  /** When the manifest was stored, as the store says. */
  storedAt: Date
  /** What its manifest says; undefined when there is none that could be read. */
  facts?: CatalogFacts
  /** Why it cannot be restored, in whole sentences. */
  problem?: string
  /** Why it is `untrusted`. */
  doubt?: Doubt
  /** Whether there is a signature, of whomever and whatever. */
  isSigned: boolean
  /** The fingerprint of who signed it. Only where signatures count. */
  signer?: string
  /** Only when requested, and only for this very recovery point. */
  proof?: FoundProof
}

export interface CatalogOptions {
  /** Read the proofs too. */
  proofs?: boolean
  /** Ends the reading; its reason is thrown. */
  signal?: AbortSignal
}

/**
 * Every recovery point under the prefix: nine listings in parallel, then a manifest for each, and a proof where there is
 * one and it is requested. The newest first, by their own start, those of the ring before copies of them; those without
 * a manifest that can be read last. A manifest that is broken, foreign, archived or denied is an entry with a problem.
 * Throws `StoreError`, also when the prefix may not be listed.
 */
export async function readCatalog(repository: Repository, options: CatalogOptions = {}): Promise<CatalogPoint[]> {
  const room = { left: listedMax }
  const listed = (await Promise.all(places(repository).map(place => listPlace(place, room)))).flat()
  const entries: CatalogPoint[] = []
  const readAll = async (points: readonly ListedPoint[], atOnce: number): Promise<void> => {
    const rest = points.values()
    const readSome = async (): Promise<void> => {
      for (const point of rest) {
        options.signal?.throwIfAborted()
        const entry = await readEntry(point, options.proofs ?? false)
        if (entry !== undefined) entries.push(entry)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, readSome))
  }
  const [small, large] = [true, false].map(isSmall => listed.filter(point => isSmall === isSmallOne(point)))
  await readAll(small ?? [], readsAtOnce)
  await readAll(large ?? [], 1)
  return entries.sort(
    (one, other) =>
      orderOf(other) - orderOf(one) ||
      Number(one.place !== 'ring') - Number(other.place !== 'ring') ||
      (one.name < other.name ? -1 : 1),
  )
}

const readsAtOnce = 16

/** A manifest of 500 tables. What is larger is read alone: parsed, it takes ten times as much memory, or more. */
const smallBytesMax = 128 * 1024

function isSmallOne({ manifestBytes }: ListedPoint): boolean {
  return manifestBytes <= smallBytesMax
}

function orderOf(entry: CatalogPoint): number {
  return entry.facts?.takenAt.getTime() ?? Number.MIN_SAFE_INTEGER
}

export interface Place {
  place: CatalogPoint['place']
  repository: Repository
  folder: string
  /** Before the slot in a name. */
  lead: string
}

/** The ring, the tiers, what was named, and the folder of suspect recovery points. */
export function places(repository: Repository): Place[] {
  const root = listingPrefix(repository.prefix)
  const lead = `${suspectFolder}/`
  return [
    { place: 'ring', repository, folder: root, lead: '' },
    ...tiers.map(tier => ({ place: tier, repository, folder: `${root}${tier}/`, lead: '' })),
    { place: 'manual', repository, folder: `${root}${manualFolder}/`, lead: '' },
    ...['', `${manualFolder}/`].map(below => {
      const suspects = suspectsOf(repository)
      return { place: 'suspect' as const, repository: suspects, folder: `${root}${lead}${below}`, lead }
    }),
  ]
}

interface ListedPoint extends Pick<CatalogPoint, 'name' | 'repository' | 'slot' | 'place' | 'storedAt' | 'isSigned'> {
  manifestBytes: number
  /** When the proof was stored; undefined without one. */
  proofStoredAt: Date | undefined
  /** Sizes by key. */
  objects: ReadonlyMap<string, number>
  /** By key. */
  etags: ReadonlyMap<string, string>
}

/** What a listing of one folder shows, without the folders in it. */
async function listPlace({ place, repository, folder, lead }: Place, room: { left: number }): Promise<ListedPoint[]> {
  const { store, prefix } = repository
  const manifests = new Map<string, ListedObject>()
  const signatures = new Set<string>()
  const proofs = new Map<string, Date>()
  const objects = new Map<string, number>()
  const etags = new Map<string, string>()
  for await (const object of store.list(folder)) {
    if (room.left-- === 0) throw tooMany(repository)
    const parsed = parseKey(prefix, object.key)
    if (parsed?.what === 'manifest') manifests.set(parsed.slot, object)
    if (parsed?.what === 'manifest-signature') signatures.add(parsed.slot)
    if (parsed?.what === 'proof') proofs.set(parsed.slot, object.lastModified)
    if (parsed?.what === 'artifact') {
      objects.set(object.key, object.sizeBytes)
      etags.set(object.key, object.etag)
    }
  }
  if (place === 'ring') {
    for await (const { key, sizeBytes, etag } of store.list(`${folder}${listingPrefix(baseFolder)}`)) {
      if (room.left-- === 0) throw tooMany(repository)
      if (parseBaseKey(prefix, key) === undefined) continue
      objects.set(key, sizeBytes)
      etags.set(key, etag)
    }
  }
  return [...manifests].map(([slot, { sizeBytes, lastModified }]) => ({
    ...{ name: `${lead}${slot}`, repository, slot, place, storedAt: lastModified },
    ...{ manifestBytes: sizeBytes, isSigned: signatures.has(slot), objects, etags },
    proofStoredAt: proofs.get(slot),
  }))
}

function tooMany({ store, prefix }: Repository): StoreError {
  return new StoreError(`There are more than ${formatCount(listedMax)} objects under "${prefix}" in ${store.name}.`, {
    code: 'ListingTooLong',
    advice: 'Use a prefix that has only backups: input "s3-prefix".',
  })
}

/** Undefined when it is gone since the listing. */
async function readEntry(listed: ListedPoint, withProof: boolean): Promise<CatalogPoint | undefined> {
  const { manifestBytes, proofStoredAt, objects, etags, ...point } = listed
  const unreadable = (problem: string): CatalogPoint => ({ ...point, state: 'unreadable', problem })
  if (manifestBytes > manifestBytesMax) {
    return unreadable(`Its manifest has ${manifestBytes} bytes, too many for one.`)
  }
  const bytesMax = isSmallOne(listed) ? smallBytesMax : manifestBytesMax
  const state = await readSlotForTrust(point.repository, point.slot, bytesMax).catch((error: unknown) => {
    if (!isUnfit(error)) throw error
    return { kind: 'unfit', error } as const
  })
  const factsNow = async (manifest: Manifest) =>
    factsOf(manifest, await storedWhen(point.repository, manifest, point.storedAt))
  switch (state.kind) {
    case 'empty':
      return undefined
    case 'denied':
      return { ...point, state: 'denied', problem: 'The credentials may not read its manifest.' }
    case 'unfit':
    case 'unreadable':
      return unreadable(messageOf(state.error))
    case 'intent':
      return { ...point, state: 'unfinished', facts: await factsNow(state.manifest), problem: interrupted }
    case 'lost':
      return { ...point, state: 'lost', facts: await factsNow(state.manifest), problem: lost }
    case 'complete': {
      const { manifest, signature } = state
      const storedAt = await storedWhen(point.repository, manifest, point.storedAt)
      const known = {
        ...point,
        storedAt,
        facts: factsOf(manifest, storedAt),
        ...defined({ signer: signerOf(signature) }),
      }
      const doubt = await doubtAbout({ ...point, storedAt, manifest, signature, etags })
      if (doubt !== undefined) return { ...known, state: 'untrusted', problem: doubt.what, doubt }
      const damage = await listedDamage({ ...point, manifest }, { objects, etags })
      if (damage !== undefined)
        return { ...known, state: damage.code === 'stale' ? 'stale' : 'damaged', problem: damage.what }
      const proof =
        withProof && proofStoredAt !== undefined
          ? await readProof({ ...point, manifest, etags, storedAt: proofStoredAt })
          : undefined
      return {
        ...{ ...known, state: point.place === 'suspect' ? 'suspect' : manifest.verdict },
        ...defined({ proof }),
      }
    }
  }
}

const interrupted = 'A run was interrupted while it replaced this slot. The next backup finishes it or rolls it back.'
const lost = 'A run was interrupted while it replaced this slot, and it could be neither finished nor rolled back.'

/** The store says of this one object that it cannot be read, at least not as a small text. */
function isUnfit(error: unknown): error is StoreError {
  return isArchivedFault(error) || (error instanceof StoreError && error.code === 'TooLong')
}
