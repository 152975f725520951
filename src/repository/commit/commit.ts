import { type Finding, publicWarnings, warning } from '../../findings/finding'
import { FailureError } from '../../runtime/errors'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import type { Completion } from '../artifact/complete-object'
import { keysOf, newObjectsOf, withoutUploads } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { ManifestError, parseManifest, serializeManifest } from '../manifest/manifest-codec'
import { writeManifest, writeSignature } from '../manifest/write-manifest'
import { signatureKey, slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { removeObjects, removeStale } from './stale-objects'

/**
 * The last step: writes the signature, then the manifest with `state: 'complete'`, reads it back, and removes objects
 * that only the recovery point before it named, and a signature that would be of that one. `completions` has one entry for each new object of the intent, in order. Throws when the
 * manifest is not proven to be written; the intent stays then. `warnings` are those that were found here; all but
 * `stale-object-kept` are in the manifest too.
 */
export async function commit(
  repository: Repository,
  intent: Manifest,
  completions: readonly Completion[],
  finishedAt: Date,
): Promise<{ manifest: Manifest; warnings: Finding[] }> {
  const { store, prefix } = repository
  const key = slotKeys(prefix, intent.slot).manifest
  const warnings = unreadable(store, intent, completions)
  const manifest = committed(intent, completions, finishedAt, warnings)
  const text = serializeManifest(manifest)
  await writeSignature(repository, key, text)
  const outcome = await writeManifest(repository, intent.slot, text)
  if (outcome.written !== 'yes') throw outcome.error
  await readBack(store, key, text, manifest)

  const kept = new Set(keysOf(manifest))
  const stale = intent.previous ? keysOf(intent.previous).filter(key => !kept.has(key)) : []
  warnings.push(...(await removeStale(repository, intent.slot, stale)))
  if (repository.signer === undefined && intent.previousSignature !== undefined) {
    warnings.push(...(await removeObjects(store, [signatureKey(key)])))
  }
  return { manifest, warnings }
}

function committed(
  { previous: _, previousSignature: __, signature: ___, ...intent }: Manifest,
  completions: readonly Completion[],
  finishedAt: Date,
  warnings: readonly Finding[],
): Manifest {
  const made = newObjectsOf(intent)
  return {
    ...intent,
    state: 'complete',
    finishedAt: finishedAt.toISOString(),
    artifacts: withoutUploads(intent, object => {
      const index = made.indexOf(object)
      if (index < 0) return {}
      const completion = completions[index]
      if (completion === undefined) throw new RangeError(`"${object.key}" was not completed.`)
      return completion.version
    }),
    warnings: [...intent.warnings, ...publicWarnings(warnings)],
  }
}

function unreadable(store: Store, intent: Manifest, completions: readonly Completion[]): Finding[] {
  const keys = newObjectsOf(intent)
    .filter((_, index) => completions[index]?.compared === false)
    .map(({ key }) => `"${key}"`)
  if (keys.length === 0) return []
  const message = `The credentials may not read ${keys.join(', ')} in ${store.name}: the store confirmed size and parts, but it was not compared again.`
  return [warning('store-unreadable', message)]
}

async function readBack(store: Store, key: string, text: string, manifest: Manifest): Promise<void> {
  let seen: string | undefined
  try {
    seen = await store.getText(key)
  } catch (error) {
    if (isDenied(error)) return
    throw error
  }
  if (seen !== text && !isSameRecoveryPoint(seen, key, manifest)) {
    throw new FailureError(`The manifest "${key}" was written and reads back as something else.`)
  }
}

/** Two recoveries of one intent at the same time write the same manifest, but for the time. */
function isSameRecoveryPoint(seen: string | undefined, key: string, manifest: Manifest): boolean {
  if (seen === undefined) return false
  try {
    const other = parseManifest(seen, key)
    return serializeManifest({ ...other, finishedAt: manifest.finishedAt }) === serializeManifest(manifest)
  } catch (error) {
    if (error instanceof ManifestError) return false
    throw error
  }
}
