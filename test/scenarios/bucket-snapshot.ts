import { createHash } from 'node:crypto'
import type { Manifest } from '../../src/repository/manifest/manifest'
import { parseManifest } from '../../src/repository/manifest/manifest-codec'
import { bucketView } from '../servers/bucket-view'
import type { S3Account } from '../servers/rgw'

/** Everything a bucket holds at one moment, but for what each run writes of itself. Two of them are equal when not one byte differs. */
export interface BucketSnapshot {
  objects: Record<string, { bytes: number; sha256: string; etag: string }>
  /** Keys of uploads that were neither completed nor aborted. */
  openUploads: string[]
  /** The manifests, by slot. */
  manifests: Record<string, Manifest>
}

export async function bucketSnapshot(account: S3Account, bucket: string): Promise<BucketSnapshot> {
  const view = bucketView(account, bucket)
  const snapshot: BucketSnapshot = { objects: {}, openUploads: await view.openUploads(), manifests: {} }
  for (const key of await view.keys()) {
    if (/(^|\/)(index\.html|status\.json)$/.test(key)) continue
    const [bytes, { etag }] = await Promise.all([view.bytes(key), view.head(key)])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    snapshot.objects[key] = { bytes: bytes.length, sha256, etag }
    if (!key.endsWith('.manifest.json')) continue
    const manifest = parseManifest(bytes.toString('utf8'), key)
    snapshot.manifests[manifest.slot] = manifest
  }
  return snapshot
}

/**
 * What is wrong with the recovery points: a manifest that is not complete, an object that is not the one its manifest
 * names. Empty when each slot holds one recovery point as a whole.
 */
export function brokenRecoveryPoints({ objects, manifests }: BucketSnapshot): string[] {
  return Object.values(manifests).flatMap(({ slot, state, verdict, artifacts }) => [
    ...(state === 'complete' && verdict === 'good' ? [] : [`${slot} is ${state} and ${verdict}`]),
    ...artifacts.flatMap(({ key, bytes, sha256, etag }) => {
      const stored = objects[key]
      const isWhole = stored?.bytes === bytes && stored.sha256 === sha256 && stored.etag === etag
      return isWhole ? [] : [`${key} is not what its manifest says`]
    }),
  ])
}
