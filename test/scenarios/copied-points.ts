import type { Manifest } from '../../src/repository/manifest/manifest'
import { parseManifest, serializeManifest } from '../../src/repository/manifest/manifest-codec'
import { objectMetadata } from '../../src/repository/manifest/object-metadata'
import { signText } from '../../src/repository/signatures/ssh-signature'
import type { SigningKey } from '../../src/ssh/keys/signing-key'
import { bucketView } from '../servers/bucket-view'
import type { Services } from '../servers/services'
import { freshBucket } from '../servers/test-services'
import type { GoodBackup } from './good-backup'

/** A recovery point as its bucket holds it, ready to be put elsewhere. */
export interface OriginalPoint {
  manifest: Manifest
  /** By the key in its own bucket. */
  objects: ReadonlyMap<string, Buffer>
}

/** How a copy differs from the original. */
export interface CopyOptions {
  slot: string
  startedAt: string
  /** The folder below `running-backups`; '' for the ring and its tiers. */
  folder?: string
  /** Last word on the manifest before it is written. */
  edit?: (manifest: Manifest) => void
  /** Who signs it; by default nobody. */
  signer?: SigningKey
}

/** Reads the recovery point that a backup stored. */
export async function originalPoint({
  bucket,
  main,
  manifest,
}: Pick<GoodBackup, 'bucket' | 'main' | 'manifest'>): Promise<OriginalPoint> {
  const key = main.outputs['manifest-key'] ?? ''
  const objects = new Map<string, Buffer>()
  for (const artifact of manifest.artifacts) objects.set(artifact.key, await bucket.bytes(artifact.key))
  return { manifest: parseManifest(await bucket.text(key), key), objects }
}

/**
 * A bucket that is filled with copies, each as sound as the original: keys, metadata and manifest agree. `known`: one that is
 * there already.
 */
export async function bucketOfCopies(services: Services, original: OriginalPoint, known?: string) {
  const name = known ?? (await freshBucket(services))
  const view = bucketView(services.s3, name)

  async function put({ slot, startedAt, folder = '', edit, signer }: CopyOptions): Promise<Manifest> {
    const manifest = structuredClone(original.manifest)
    const run = { ...manifest.run, id: startedAt.replace(/\D/g, '') }
    Object.assign(manifest, { slot, startedAt, run, prefix: `running-backups/${folder}`.replace(/\/$/, '') })
    const metadata = objectMetadata({ slot, run, startedAt })
    const prefix = `running-backups/${folder}`
    for (const artifact of manifest.artifacts) {
      const bytes = original.objects.get(artifact.key)
      if (bytes === undefined) throw new Error(`The original has no "${artifact.key}".`)
      artifact.key = artifact.key.replace(`running-backups/${original.manifest.slot}.`, `${prefix}${slot}.`)
      await view.put(artifact.key, bytes, metadata)
      artifact.etag = (await view.head(artifact.key)).etag
    }
    edit?.(manifest)
    const text = serializeManifest(manifest)
    if (signer !== undefined) await view.put(`${prefix}${slot}.manifest.json.sig`, signText(text, signer))
    await view.put(`${prefix}${slot}.manifest.json`, text)
    return manifest
  }

  return { name, view, put }
}

/** The 168 slots of a week of hours, with the last moment before `end` that each stands for. */
export function weekOfHours(end: Date): { slot: string; startedAt: string }[] {
  return Array.from({ length: 168 }, (_, index) => {
    const time = new Date(Math.floor(end.getTime() / hourMs - index) * hourMs + 17 * 60_000)
    const weekday = time.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
    return { slot: `${weekday}-${time.toISOString().slice(11, 13)}-00`, startedAt: time.toISOString() }
  })
}

const hourMs = 60 * 60 * 1000
