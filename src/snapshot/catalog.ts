import { messageOf } from '../runtime/errors'
import type { ListedObject, Store } from '../store/store'
import { isDenied, StoreError } from '../store/store-error'
import { listingPrefix, parseKey, slotKeys, suspectFolder } from './keys'
import type { Artifact, Manifest } from './manifest'
import { manifestBytesMax } from './manifest-codec'
import { type Proof, parseProof } from './proof'
import { readSlot } from './slot-state'
import { type Tier, tiers } from './tier-name'

/** One recovery point, or what should be one, as the bucket shows it. */
export interface CatalogEntry {
  /** What the input `snapshot` takes: `Monday-13-00`, `daily/2026-11-23`, `suspect/Monday-13-00`. */
  name: string
  /** The folder that its keys lie in, and its slot there: `suspect/Monday-13-00` is the slot `Monday-13-00` of `<prefix>/suspect`. */
  prefix: string
  slot: string
  place: 'ring' | Tier | 'suspect'
  /**
   * `unfinished`: its objects may be of two hours, until a run settles it; `lost`: it could be neither finished nor undone; `unreadable`:
   * what lies under the manifest's key is none; `denied`: it may not be read.
   */
  state: 'good' | 'suspect' | 'unfinished' | 'lost' | 'unreadable' | 'denied'
  /** When the manifest was stored, as the store says. */
  storedAt: Date
  /** What its manifest says; undefined when there is none that could be read. */
  facts?: CatalogFacts
  /** Why it is not good, for a person. */
  problem?: string
  /** Only when asked for, and only for this very recovery point. */
  proof?: Proof
}

/** What a list tells of a manifest. Manifests may have megabytes, so no more of each is kept. */
export interface CatalogFacts {
  takenAt: Date
  finishedAt: Date
  host: string
  timezone: string
  databases: { name: string; bytes: number; tables: number }[]
  /** Undefined without a files part. */
  files: { paths: string[]; bytes: number; files: number } | undefined
  warnings: number
  runUrl: string
}

const readsAtOnce = 16

/**
 * Every recovery point under the prefix: six listings side by side, then a manifest for each, and a proof where there is one and it is
 * asked for. The newest first, by their own start; those without a manifest that can be read last. A manifest that is broken, foreign
 * or denied is an entry with a problem. Throws `StoreError` when the prefix may not be listed, or the store gives no answer.
 */
export async function readCatalog(
  store: Store,
  prefix: string,
  options: { proofs?: boolean } = {},
): Promise<CatalogEntry[]> {
  const listed = (await Promise.all(places(prefix).map(place => listPlace(store, place)))).flat()
  const entries: CatalogEntry[] = []
  const rest = listed.values()
  const readSome = async (): Promise<void> => {
    for (const point of rest) {
      const entry = await readEntry(store, point, options.proofs ?? false)
      if (entry !== undefined) entries.push(entry)
    }
  }
  await Promise.all(Array.from({ length: readsAtOnce }, readSome))
  return entries.sort((one, other) => orderOf(other) - orderOf(one) || (one.name < other.name ? -1 : 1))
}

/** When a recovery point was taken, by its manifest; a manifest from a clock that runs ahead is as old as its object. */
export function takenAtOf({ facts, storedAt }: CatalogEntry): Date | undefined {
  if (facts === undefined) return undefined
  return facts.takenAt.getTime() > storedAt.getTime() ? storedAt : facts.takenAt
}

function orderOf(entry: CatalogEntry): number {
  return takenAtOf(entry)?.getTime() ?? Number.NEGATIVE_INFINITY
}

interface Place {
  place: CatalogEntry['place']
  /** Of its keys, as `parseKey` takes it. */
  prefix: string
  folder: string
  /** Before the slot in a name. */
  lead: string
}

function places(prefix: string): Place[] {
  const root = listingPrefix(prefix)
  return [
    { place: 'ring', prefix, folder: root, lead: '' },
    ...tiers.map(tier => ({ place: tier, prefix, folder: `${root}${tier}/`, lead: '' })),
    {
      place: 'suspect',
      prefix: `${root}${suspectFolder}`,
      folder: `${root}${suspectFolder}/`,
      lead: `${suspectFolder}/`,
    },
  ]
}

interface ListedPoint extends Pick<CatalogEntry, 'name' | 'prefix' | 'slot' | 'place' | 'storedAt'> {
  manifestBytes: number
  hasProof: boolean
}

/** What a listing of one folder shows, without the folders in it. */
async function listPlace(store: Store, { place, prefix, folder, lead }: Place): Promise<ListedPoint[]> {
  const manifests = new Map<string, ListedObject>()
  const proofs = new Set<string>()
  for await (const object of store.list(folder)) {
    const parsed = parseKey(prefix, object.key)
    if (parsed?.what === 'manifest') manifests.set(parsed.slot, object)
    if (parsed?.what === 'proof') proofs.add(parsed.slot)
  }
  return [...manifests].map(([slot, { sizeBytes, lastModified }]) => ({
    name: `${lead}${slot}`,
    prefix,
    slot,
    place,
    storedAt: lastModified,
    manifestBytes: sizeBytes,
    hasProof: proofs.has(slot),
  }))
}

/** Undefined when it is gone since the listing. */
async function readEntry(
  store: Store,
  listed: ListedPoint,
  withProof: boolean,
): Promise<CatalogEntry | undefined> {
  const { manifestBytes, hasProof, ...point } = listed
  const unreadable = (problem: string): CatalogEntry => ({ ...point, state: 'unreadable', problem })
  if (manifestBytes > manifestBytesMax)
    return unreadable(`Its manifest has ${manifestBytes} bytes, too many for one.`)
  const state = await readSlot(store, point.prefix, point.slot)
  switch (state.kind) {
    case 'empty':
      return undefined
    case 'denied':
      return { ...point, state: 'denied', problem: 'The credentials may not read its manifest.' }
    case 'unreadable':
      return unreadable(messageOf(state.error))
    case 'intent':
      return {
        ...point,
        state: 'unfinished',
        facts: factsOf(state.manifest),
        problem: 'A run was interrupted while it replaced this slot. The next backup finishes or undoes it.',
      }
    case 'lost':
      return {
        ...point,
        state: 'lost',
        facts: factsOf(state.manifest),
        problem:
          'A run was interrupted while it replaced this slot, and it could be neither finished nor undone.',
      }
    case 'complete': {
      const { manifest } = state
      const proof = withProof && hasProof ? await proofOf(store, point, manifest) : undefined
      return {
        ...point,
        state: manifest.verdict,
        facts: factsOf(manifest),
        ...(proof === undefined ? {} : { proof }),
      }
    }
  }
}

/** A proof that cannot be read, or is that of an earlier week, proves nothing. */
async function proofOf(
  store: Store,
  { prefix, slot }: Pick<CatalogEntry, 'prefix' | 'slot'>,
  manifest: Manifest,
): Promise<Proof | undefined> {
  const { proof: key } = slotKeys(prefix, slot)
  try {
    const text = await store.getText(key)
    const proof = text === undefined ? undefined : parseProof(text, key)
    return proof !== undefined && Date.parse(proof.takenAt) === Date.parse(manifest.startedAt)
      ? proof
      : undefined
  } catch (error) {
    if (error instanceof StoreError && !isDenied(error)) throw error
    return undefined
  }
}

function factsOf({
  startedAt,
  finishedAt,
  host,
  timezone,
  artifacts,
  warnings,
  run,
}: Manifest): CatalogFacts {
  return {
    takenAt: new Date(startedAt),
    finishedAt: new Date(finishedAt),
    host,
    timezone,
    databases: artifacts.flatMap(databaseFacts),
    files: artifacts.flatMap(filesFacts)[0],
    warnings: warnings.length,
    runUrl: run.url,
  }
}

function databaseFacts(artifact: Artifact): CatalogFacts['databases'] {
  if (artifact.kind !== 'database') return []
  return [{ name: artifact.database, bytes: artifact.bytes, tables: artifact.content.tables.length }]
}

function filesFacts(artifact: Artifact): NonNullable<CatalogFacts['files']>[] {
  if (artifact.kind !== 'files') return []
  return [{ paths: artifact.paths, bytes: artifact.bytes, files: artifact.content.files }]
}
