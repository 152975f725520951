import { FailureError } from '../../runtime/errors'
import { printable } from '../../runtime/text/printable'
import type { ListedObject } from '../../store/store'
import { isArchivedFault, isDenied, StoreError } from '../../store/store-error'
import { type Proof, parseProof } from '../manifest/proof'
import { parseKey, slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { objectionToProof } from './found-proof'

/** The last drill of one recovery point, as its record says. */
export interface RecordedDrill {
  slot: string
  /** When the recovery point was taken. */
  takenAt: Date
  endedAt: Date
  status: Proof['status']
  /** '' outside GitHub. */
  runUrl: string
  /** Only of one that went well. */
  proven?: { restoreSeconds: number; tables: number; files: number; server?: { flavor: string; version: string } }
  /** Only of one that failed: what was found first. */
  problem?: string
}

/** A record is some kilobytes. */
const recordBytesMax = 256 * 1024

/**
 * The newest drills of what is listed, the newest first: reads at most `atMost` records. Left out are those of recovery
 * points that were replaced since, and what cannot be read or does not count. Throws `StoreError`.
 */
export async function lastDrills(
  repository: Repository,
  listed: readonly ListedObject[],
  atMost: number,
): Promise<RecordedDrill[]> {
  const storedAt = new Map(listed.map(({ key, lastModified }) => [key, lastModified]))
  const records = listed
    .filter(({ key, lastModified }) => {
      const parsed = parseKey(repository.prefix, key)
      if (parsed?.what !== 'proof') return false
      const manifest = storedAt.get(slotKeys(repository.prefix, parsed.slot).manifest)
      return manifest !== undefined && manifest.getTime() <= lastModified.getTime()
    })
    .sort((one, other) => other.lastModified.getTime() - one.lastModified.getTime())
    .slice(0, atMost)
  const found = await Promise.all(records.map(record => readRecord(repository, record)))
  return found
    .flatMap(proof => (proof === undefined ? [] : [drillOf(proof)]))
    .sort((one, other) => other.endedAt.getTime() - one.endedAt.getTime())
}

async function readRecord(
  repository: Repository,
  { key, lastModified: storedAt }: ListedObject,
): Promise<Proof | undefined> {
  try {
    const text = await repository.store.getText(key, recordBytesMax)
    if (text === undefined) return undefined
    const proof = parseProof(text, key)
    if (repository.trust?.demand !== 'required') return proof
    return (await objectionToProof(repository, { key, text, proof, storedAt })) === undefined ? proof : undefined
  } catch (error) {
    const isUnfit =
      isDenied(error) || isArchivedFault(error) || (error instanceof StoreError && error.code === 'TooLong')
    // A `StoreError` is a `FailureError`, too.
    if (isUnfit || (error instanceof FailureError && !(error instanceof StoreError))) return undefined
    throw error
  }
}

function drillOf(proof: Proof): RecordedDrill {
  const { slot, takenAt, status, run } = proof
  const known = { slot, takenAt: new Date(takenAt), runUrl: run.url }
  if (status === 'failed') {
    const problem = printable((proof.findings[0]?.message ?? 'It does not say why.').slice(0, 500))
    return { ...known, status, endedAt: new Date(proof.failedAt), problem }
  }
  const { restoreSeconds, tables, files, server } = proof
  const proven = { restoreSeconds, tables, files, ...(server === undefined ? {} : { server }) }
  return { ...known, status, endedAt: new Date(proof.provenAt), proven }
}
