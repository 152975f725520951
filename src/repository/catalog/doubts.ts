import { quotedName } from '../../findings/quoted-name'
import { formatDuration } from '../../runtime/text/format-duration'
import { hourMs, minuteMs } from '../../runtime/times'
import { objectsOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import type { Repository } from '../repository'
import type { FoundSignature } from '../signatures/ssh-signature'
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
  /** When the manifest was stored: see `storedWhen`. */
  storedAt: Date
  /** ETags by key, as a listing shows them; undefined: they are compared elsewhere. */
  etags?: ReadonlyMap<string, string>
}

/**
 * What is held against a recovery point, the worst first; undefined when nothing is. Without a trust in the
 * repository this is only a time that cannot be. Throws `StoreError`.
 */
export async function doubtAbout(evidence: Evidence): Promise<Doubt | undefined> {
  const { repository, manifest, signature = { kind: 'absent' }, storedAt } = evidence
  const { trust } = repository
  const future = fromTheFuture(manifest, storedAt)
  if (future !== undefined) return { kind: 'future', what: future }
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

/** What is wrong with the time of one that is younger than its own manifest; undefined when it is not, to a minute. */
export function fromTheFuture({ startedAt }: Pick<Manifest, 'startedAt'>, storedAt: Date): string | undefined {
  const aheadMs = Date.parse(startedAt) - storedAt.getTime()
  if (aheadMs <= minuteMs) return undefined
  return `It is from the future: it says that it was taken at ${quotedName(startedAt)}, and it was stored ${formatDuration(aheadMs)} before that, at ${storedAt.toISOString()}. The clock of the runner was wrong, or the manifest is.`
}

function storedAgain(manifest: Manifest, storedAt: Date): string {
  const later = formatDuration(laterMs(manifest, storedAt))
  return `It was stored again at ${storedAt.toISOString()}, ${later} after it was written: copied from elsewhere, or replayed. To restore it all the same, give its time as "snapshot": ${secondOf(manifest.startedAt)}.`
}

/** As a person writes it: `2026-11-23T13:17:02Z` */
function secondOf(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
