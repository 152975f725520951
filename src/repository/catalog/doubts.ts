import { quotedName } from '../../findings/quoted-name'
import { formatDuration } from '../../runtime/text/format-duration'
import { isDenied } from '../../store/store-error'
import { objectsOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import type { FoundSignature } from '../signatures/ssh-signature'
import { hourMs } from '../signatures/times'
import { objectionTo } from '../signatures/trust'
import { lookAtArtifact } from './look-at-artifact'

/**
 * Why a complete recovery point is not to be believed.
 *
 * - `future`: it says that it was taken after it was stored.
 * - `signature`: nobody whose signature counts has signed it, or these bytes.
 * - `exchanged`: an object is not the one that was signed.
 * - `stored-again`: it is genuine, and came to its place later than it says.
 */
export interface Doubt {
  kind: 'future' | 'signature' | 'exchanged' | 'stored-again'
  /** Whole sentences. */
  what: string
}

/** A complete recovery point, as it was read. */
export interface Evidence {
  repository: Repository
  manifest: Manifest
  /** Undefined where it was not read, because none is needed. */
  signature: FoundSignature | undefined
  /** When the manifest was stored, as a listing shows it, which may be of before it was read. */
  storedAt: Date
  /** ETags by key, as a listing shows them; undefined: they are compared elsewhere. */
  etags?: ReadonlyMap<string, string>
}

/**
 * What is held against a recovery point, the worst first; undefined when nothing is. Without a trust in the
 * repository this is only a time that cannot be. What a listing shows is looked at once more: a backup may have
 * written the slot since. Throws `StoreError`.
 */
export async function doubtAbout(evidence: Evidence): Promise<Doubt | undefined> {
  const { repository, manifest, signature = { kind: 'absent' } } = evidence
  const { trust } = repository
  const storedAt = await storedWhen(evidence)
  const aheadMs = Date.parse(manifest.startedAt) - storedAt.getTime()
  if (aheadMs > hourMs) return { kind: 'future', what: fromTheFuture(manifest, storedAt) }
  if (trust === undefined) return undefined
  const objection = objectionTo(signature, trust, 'manifest')
  if (objection !== undefined) return { kind: 'signature', what: objection }
  const exchanged = await exchangedObject(evidence)
  if (exchanged !== undefined) return { kind: 'exchanged', what: exchanged }
  return laterMs(manifest, storedAt) > hourMs
    ? { kind: 'stored-again', what: storedAgain(manifest, storedAt) }
    : undefined
}

/** How much later than it says a manifest was stored. */
function laterMs({ finishedAt }: Pick<Manifest, 'finishedAt'>, storedAt: Date): number {
  return storedAt.getTime() - Date.parse(finishedAt)
}

/** A manifest that cannot be as old as the listing says is asked for its age. */
async function storedWhen({ repository, manifest, storedAt }: Evidence): Promise<Date> {
  if (Date.parse(manifest.startedAt) <= storedAt.getTime()) return storedAt
  try {
    const stored = await repository.store.head(slotKeys(repository.prefix, manifest.slot).manifest)
    return stored?.lastModified ?? storedAt
  } catch (error) {
    if (isDenied(error)) return storedAt
    throw error
  }
}

async function exchangedObject({ repository, manifest, etags }: Evidence): Promise<string | undefined> {
  if (etags === undefined) return undefined
  for (const object of objectsOf(manifest)) {
    const listed = etags.get(object.key)
    if (listed === undefined || object.etag === '' || listed === object.etag) continue
    const { findings } = await lookAtArtifact({ repository, manifest }, object)
    // Another size is damage, and called so.
    const found = findings.find(({ code }) => code === 'changed' || code === 'foreign')
    if (found !== undefined) return `An object of it is not the one that was signed: ${found.what}`
  }
  return undefined
}

/** What is wrong with the time of one that is older than its object; undefined when that is as it should be. */
export function fromTheFuture({ startedAt }: Pick<Manifest, 'startedAt'>, storedAt: Date): string {
  const ahead = formatDuration(Date.parse(startedAt) - storedAt.getTime())
  return `It is from the future: it says that it was taken at ${quotedName(startedAt)}, and it was stored ${ahead} before that, at ${storedAt.toISOString()}. The clock of the runner was wrong, or the manifest is.`
}

function storedAgain(manifest: Manifest, storedAt: Date): string {
  const later = formatDuration(laterMs(manifest, storedAt))
  return `It was stored again at ${storedAt.toISOString()}, ${later} after it was written: copied from elsewhere, or replayed. To restore it all the same, give its time as "snapshot": ${secondOf(manifest.startedAt)}.`
}

/** As a person writes it: `2026-11-23T13:17:02Z` */
function secondOf(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
