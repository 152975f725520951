import { publicWarnings, warning } from '../../findings/finding'
import { settledArtifacts } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { type WriteOutcome, writeManifest } from '../manifest/write-manifest'
import type { Repository } from '../repository'

/**
 * Marks an intent that can be neither carried out nor undone: its uploads are taken out and a warning `slot-lost` is added.
 *
 * It stays `publishing`, so no reader ever restores it; it has no upload, so no later run tries it again (see
 * `slot-state.ts`); and the next run whose turn it is in the ring publishes over it as over an empty slot. `previous`
 * stays in it: between the two manifests a person can tell which object is of which hour, by sha256.
 */
export async function markLost(
  repository: Repository,
  intent: Manifest,
  reason: string,
): Promise<WriteOutcome> {
  const lost: Manifest = {
    ...intent,
    artifacts: settledArtifacts(intent, () => ({})),
    warnings: [...intent.warnings, ...publicWarnings([warning('slot-lost', reason)])],
  }
  return writeManifest(repository, intent.slot, serializeManifest(lost))
}
