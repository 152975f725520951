import { type Finding, warning } from '../../findings/finding'
import { proofFormat, serializeProof } from '../../repository/manifest/proof'
import { slotKeys } from '../../repository/names/keys'
import { messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { tool } from '../../runtime/version'
import { StoreError } from '../../store/store-error'
import type { DrillResult, PointName, PointToDrill } from './point'

/** Writes the proof of a drill next to the manifest. A refusal is a warning: what was proven stays proven. */
export async function storeProof(
  { name, repository, slot, manifest, sound }: PointToDrill,
  { restoreSeconds, server, tables, files }: DrillResult,
  { clock, run }: Pick<Runtime, 'clock' | 'run'>,
): Promise<Finding | undefined> {
  const text = serializeProof({
    ...{ format: proofFormat, slot, takenAt: manifest.startedAt, provenAt: clock.now().toISOString() },
    artifacts: sound.map(({ artifact: { key, sha256, etag } }) => ({ key, sha256, etag })),
    ...{ restoreSeconds, tables, files, run, tool },
    ...(server === undefined ? {} : { server }),
  })
  try {
    await repository.store.putText(slotKeys(repository.prefix, slot).proof, text, {
      contentType: 'application/json',
    })
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const message = `${name} is proven, but the proof could not be stored, so "list" will not show it: ${messageOf(error)}`
    return warning('proof-not-stored', message)
  }
}

/** Removes the proof of a recovery point that failed since. Credentials that may only read leave it, with a warning. */
export async function withdrawProof({ name, repository, slot }: PointName): Promise<Finding | undefined> {
  const { store, prefix } = repository
  const { proof: key } = slotKeys(prefix, slot)
  try {
    if ((await store.head(key)) !== undefined) await store.remove(key)
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const message = `${name} failed, and the proof of an earlier drill could not be removed, so "list" still shows it as proven: ${messageOf(error)}`
    return warning('proof-not-removed', message)
  }
}
