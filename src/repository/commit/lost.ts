import { publicWarnings, warning } from '../../findings/finding'
import { withoutUploads } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { type WriteOutcome, writeManifest } from '../manifest/write-manifest'
import type { Repository } from '../repository'

/**
 * Marks an intent that can be neither finished nor rolled back: its uploads are removed from the manifest and a warning
 * `slot-lost` is added.
 *
 * It stays `publishing`, so no reader ever restores it; it has no upload, so no later run tries it again (see
 * `slot-state.ts`); and the next run that writes this slot publishes over it as over an empty one. `previous` stays in
 * it: with both manifests a person can see by sha256 which object is of which hour.
 */
export async function markLost(repository: Repository, intent: Manifest, reason: string): Promise<WriteOutcome> {
  const { signature: _, ...unsigned } = intent
  const lost: Manifest = {
    ...unsigned,
    artifacts: withoutUploads(intent, () => ({})),
    warnings: [...intent.warnings, ...publicWarnings([warning('slot-lost', reason)])],
  }
  return writeManifest(repository, intent.slot, serializeManifest(lost))
}
