import { type Finding, warning } from '../../findings/finding'
import type { ListedObject } from '../../store/store'
import type { Manifest } from '../manifest/manifest'
import type { Repository } from '../repository'
import type { FoundSignature } from '../signatures/ssh-signature'
import { type Doubt, doubtAbout } from './doubts'
import { takenAt } from './taken-at'

/** A manifest as the listing shows it; nothing of it is read yet. */
export interface ListedManifest extends ListedObject {
  slot: string
}

/** A recovery point as it was read. */
export interface IndexedPoint {
  manifest: Manifest
  text: string
  /** Only where signatures count. */
  signature?: FoundSignature
  /** When its manifest was stored. */
  storedAt: Date
}

/** A manifest in any state. */
export interface Reading extends IndexedPoint {
  kind: 'complete' | 'intent' | 'lost'
  listed: ListedManifest
}

interface Search {
  /** The manifests, newest first; ends where nothing later than `latest()` can follow. */
  since(latest: () => number): AsyncGenerator<Reading>
  /** By key, as the listing shows them. */
  etags: ReadonlyMap<string, string>
  /** By slot: what does not count and why. Filled here. */
  doubted: Map<string, Finding>
}

/**
 * The newest complete and good recovery point, by its own start, that counts. Where signatures are only preferred and
 * none has one, the newest of all but those from the future, with a warning.
 */
export async function findNewestGood(repository: Repository, search: Search): Promise<IndexedPoint | undefined> {
  const certain = await newestOf(repository, search, doubt => doubt === undefined)
  if (certain !== undefined || repository.trust?.demand !== 'preferred') return certain
  const uncertain = await newestOf(repository, search, doubt => doubt?.kind !== 'future')
  if (uncertain === undefined) return undefined
  search.doubted.clear()
  search.doubted.set(uncertain.manifest.slot, notOwn(uncertain.manifest))
  return uncertain
}

export function startOf({ manifest, storedAt }: Reading): number {
  return takenAt(manifest, storedAt).getTime()
}

async function newestOf(
  repository: Repository,
  { since, etags, doubted }: Search,
  counts: (doubt: Doubt | undefined) => boolean,
): Promise<IndexedPoint | undefined> {
  let newest: IndexedPoint | undefined
  let newestMs = Number.NEGATIVE_INFINITY
  for await (const reading of since(() => newestMs)) {
    const { kind, manifest, signature, storedAt } = reading
    const startedMs = startOf(reading)
    if (kind !== 'complete' || manifest.verdict !== 'good' || startedMs <= newestMs) continue
    const doubt = await doubtAbout({ repository, manifest, signature, etags, storedAt })
    if (counts(doubt)) [newest, newestMs] = [reading, startedMs]
    if (doubt !== undefined) doubted.set(manifest.slot, notCounted(manifest, doubt))
  }
  return newest
}

function notCounted({ slot }: Manifest, { kind, what }: Doubt): Finding {
  const name = kind === 'future' ? 'recovery-point-future' : 'recovery-point-untrusted'
  return warning(name, `${slot} does not count. ${what}`)
}

function notOwn({ slot, startedAt }: Manifest): Finding {
  return warning(
    'recovery-point-untrusted',
    `No recovery point here is signed by this run's key, so this run is compared with ${slot}, taken ${startedAt}, all the same. That is so once, after the first key or a change of it. Otherwise find out who else writes here.`,
  )
}
