import { type Finding, publicWarnings, scrubFindings, warning } from '../../findings/finding'
import type { Manifest } from '../../repository/manifest/manifest'
import { type Disproven, type Proof, type Proven, proofFormat, serializeProof } from '../../repository/manifest/proof'
import { writeSignature } from '../../repository/manifest/write-manifest'
import { slotKeys } from '../../repository/names/keys'
import type { RecoveryPoint, Repository } from '../../repository/repository'
import { messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { tool } from '../../runtime/version'
import { isDenied, StoreError } from '../../store/store-error'
import type { DrillResult, PointName, PointToDrill } from './point'

/** Writes the proof of a drill next to the manifest. A refusal is a warning: what was proven stays proven. */
export async function storeProof(
  point: PointToDrill,
  { restoreSeconds, server, tables, files }: DrillResult,
  runtime: Pick<Runtime, 'clock' | 'run'>,
): Promise<Finding | undefined> {
  const proven: Proven = {
    ...{ status: 'proven', provenAt: runtime.clock.now().toISOString(), restoreSeconds, tables, files },
    ...(server === undefined ? {} : { server }),
  }
  // With the ETags that were read, which may be others than those of the manifest.
  const read = { ...point.manifest, artifacts: point.sound.map(({ artifact }) => artifact) }
  const error = await write(point, proofOf(read, runtime, proven))
  if (error === undefined) return undefined
  const message = `${point.name} is proven, but the proof could not be stored, so "list" will not show it: ${messageOf(error)}`
  return warning('proof-not-stored', message)
}

/** More would make the proof longer than anyone reads. */
const findingsAtMost = 20

/**
 * Replaces the proof of a recovery point that was found to be wrong. `isDrill`: also where there is none. Credentials
 * that may only read leave it, with a warning.
 */
export async function storeFailure(
  point: PointName & RecoveryPoint,
  findings: readonly Finding[],
  { runtime, isDrill }: { runtime: Pick<Runtime, 'clock' | 'run' | 'scrub'>; isDrill: boolean },
): Promise<Finding | undefined> {
  const { repository, slot, name, manifest } = point
  const failed: Disproven = {
    ...{ status: 'failed', failedAt: runtime.clock.now().toISOString() },
    findings: publicWarnings(scrubFindings(findings.slice(0, findingsAtMost), runtime.scrub)),
  }
  try {
    if (!isDrill && !(await mayBeProven(repository, slot))) return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return notReplaced(name, error)
  }
  const error = await write(point, proofOf(manifest, runtime, failed))
  return error === undefined ? undefined : notReplaced(name, error)
}

/** Without the right to list, an object that is not there is denied too. */
async function mayBeProven({ store, prefix }: Repository, slot: string): Promise<boolean> {
  try {
    return (await store.head(slotKeys(prefix, slot).proof)) !== undefined
  } catch (error) {
    if (isDenied(error)) return true
    throw error
  }
}

function notReplaced(name: string, error: StoreError): Finding {
  const message = `${name} failed, and the proof of an earlier drill could not be replaced, so "list" may still show it as proven: ${messageOf(error)}`
  return warning('proof-not-replaced', message)
}

function proofOf(
  { slot, startedAt, artifacts }: Manifest,
  { run }: Pick<Runtime, 'run'>,
  result: Proven | Disproven,
): Proof {
  return {
    ...{ format: proofFormat, slot, takenAt: startedAt },
    artifacts: artifacts.map(({ key, sha256, etag }) => ({ key, sha256, etag })),
    ...{ run, tool, ...result },
  }
}

/** Until both are written, a proof and a signature that do not go together prove nothing where signatures count. */
async function write({ repository, slot }: PointName, proof: Proof): Promise<StoreError | undefined> {
  const { proof: key } = slotKeys(repository.prefix, slot)
  const text = serializeProof(proof)
  try {
    const signature = () => writeSignature(repository, key, text)
    if (proof.status === 'proven') await signature()
    await repository.store.putText(key, text, { contentType: 'application/json' })
    // A right to write that is missing must not leave a good proof in place of a failed one.
    if (proof.status === 'failed') await signature()
    return undefined
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
}
