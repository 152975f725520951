import { type Finding, warning } from '../../findings/finding'
import { messageOf } from '../../runtime/errors'
import type { ListedObject } from '../../store/store'
import { isArchivedFault, isDenied } from '../../store/store-error'
import type { Artifact, Manifest } from '../manifest/manifest'
import { manifestBytesMax } from '../manifest/manifest-codec'
import { listingPrefix, parseKey } from '../names/keys'
import type { Repository } from '../repository'
import { readSlotForTrust } from '../signatures/found-signature'
import { findNewestGood, type IndexedPoint, type ListedManifest, type Reading, startOf } from './newest-good'
import { storedWhen } from './taken-at'

/** What is under a prefix, or in some of its folders. Manifests are read when a method needs them, each once. */
export interface PrefixIndex {
  /** False: the credentials may not list the prefix. Then everything below is empty, which proves nothing. */
  readonly isReadable: boolean
  /** Newest first, as the store dates them. */
  readonly manifests: readonly ListedManifest[]
  /** Everything directly in there. */
  readonly objects: readonly ListedObject[]
  /** What was skipped, and why; grows as manifests are read. */
  readonly warnings: readonly Finding[]
  /**
   * The newest complete and good recovery point, by its own start. Where signatures count, of those whose signature
   * does; where they are only preferred and none has one, the newest of all, with a warning.
   */
  newestGood(): Promise<Manifest | undefined>
  /** The same, and what else is known of it. */
  newest(): Promise<IndexedPoint | undefined>
  /**
   * Slots with an intent that is still to be recovered, oldest first.
   *
   * A run recovers every intent that it finds before it writes its own. So every intent that the store dates before the
   * start of any later run is recovered, and nothing older than the latest start needs to be read: in the normal case
   * one or two manifests. With a store that does not show its time, clocks may differ by 15 minutes. This does not see an
   * intent that a run left because the store gave no clear answer: that one is recovered when its slot's turn comes.
   */
  unfinished(): Promise<string[]>
  /** The artifacts of the newest good recovery point, by name. */
  lastArtifacts(): Promise<ReadonlyMap<string, Artifact>>
}

/**
 * Lists the prefix once, without its folders, or the given folders of it; '' is the prefix itself. A denial is an index
 * that says so. Throws `StoreError`.
 */
export async function indexPrefix(repository: Repository, folders: readonly string[] = ['']): Promise<PrefixIndex> {
  const { store, prefix } = repository
  const manifests: ListedManifest[] = []
  const objects: ListedObject[] = []
  try {
    for (const folder of folders) {
      for await (const object of store.list(`${listingPrefix(prefix)}${listingPrefix(folder)}`)) {
        objects.push(object)
        const parsed = parseKey(prefix, object.key)
        if (parsed?.what === 'manifest') manifests.push({ ...object, slot: parsed.slot })
      }
    }
  } catch (error) {
    if (!isDenied(error)) throw error
    return indexAt(repository, { manifests: [], objects: [], isReadable: false })
  }
  manifests.sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime())
  return indexAt(repository, { manifests, objects, isReadable: true })
}

const skewMs = 15 * 60 * 1000

function indexAt(
  repository: Repository,
  listing: Pick<PrefixIndex, 'manifests' | 'objects' | 'isReadable'>,
): PrefixIndex {
  const { manifests } = listing
  const skipped: Finding[] = []
  /** By slot. */
  const doubted = new Map<string, Finding>()
  const readings = new Map<string, Promise<Reading | undefined>>()

  function read(listed: ListedManifest): Promise<Reading | undefined> {
    const known = readings.get(listed.key)
    if (known !== undefined) return known
    const reading = readListed(repository, listed, skipped)
    readings.set(listed.key, reading)
    return reading
  }

  /** Newest first; ends where the store's date is before `latest()`, with a margin for clocks that differ. */
  async function* since(latest: () => number): AsyncGenerator<Reading> {
    for (const listed of manifests) {
      if (listed.lastModified.getTime() + skewMs < latest()) return
      const reading = await read(listed)
      if (reading !== undefined) yield reading
    }
  }

  let found: Promise<IndexedPoint | undefined> | undefined
  const newest = () => {
    found ??= findNewestGood(repository, { since, etags: etagsOf(listing), doubted })
    return found
  }

  const newestGood = async () => (await newest())?.manifest

  async function unfinished(): Promise<string[]> {
    const slots: string[] = []
    let latestMs = Number.NEGATIVE_INFINITY
    for await (const reading of since(() => latestMs)) {
      if (reading.kind === 'intent') slots.unshift(reading.manifest.slot)
      latestMs = Math.max(latestMs, startOf(reading))
    }
    return slots
  }

  async function lastArtifacts(): Promise<ReadonlyMap<string, Artifact>> {
    const artifacts = (await newestGood())?.artifacts ?? []
    return new Map(artifacts.map(artifact => [artifact.name, artifact]))
  }

  return {
    ...{ ...listing, newest, newestGood, unfinished, lastArtifacts },
    get warnings() {
      return [...skipped, ...doubted.values()]
    },
  }
}

function etagsOf({ objects }: Pick<PrefixIndex, 'objects'>): Map<string, string> {
  return new Map(objects.map(({ key, etag }) => [key, etag]))
}

async function readListed(
  repository: Repository,
  listed: ListedManifest,
  warnings: Finding[],
): Promise<Reading | undefined> {
  const { key, slot, sizeBytes } = listed
  const skip = (reason: string): undefined => {
    warnings.push(warning('manifest-unreadable', `"${key}" was left out: ${reason}`))
  }
  if (sizeBytes > manifestBytesMax) return skip(`it has ${sizeBytes} bytes, too many for a manifest.`)
  const state = await readSlotForTrust(repository, slot).catch((error: unknown) => {
    if (!isArchivedFault(error)) throw error
    return { kind: 'archived' } as const
  })
  switch (state.kind) {
    case 'archived':
      return skip('it is archived (a cold storage class) and cannot be read.')
    case 'denied':
      return skip('the credentials may not read it.')
    case 'unreadable':
      return skip(messageOf(state.error))
    case 'empty':
      return undefined
    default:
      return { ...state, listed, storedAt: await storedWhen(repository, state.manifest, listed.lastModified) }
  }
}
