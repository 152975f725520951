import { readHistory } from '../../../../src/commands/backup/read-history'
import { indexPrefix } from '../../../../src/repository/catalog/prefix-index'
import { StoreError } from '../../../../src/store/store-error'
import { memoryStore } from '../../../memory/memory-store'
import { aFilesArtifact, aManifest } from '../../repository/a-baseline'
import { json } from '../../repository/points'

const now = new Date('2026-11-23T13:10:00.000Z')

/** A prefix with two bases, of which the recovery point builds on one. */
async function baseBytes({ isDenied = false, hasChain = true } = {}): Promise<number> {
  const store = memoryStore({ now: () => now })
  const key = 'web1/base/week-0.codebase.tar.gz'
  await store.putText(key, 'x'.repeat(1000), json)
  await store.putText('web1/base/day-00.codebase.tar.gz', 'x'.repeat(30), json)
  const sha256 = 'a'.repeat(64)
  const base = {
    level: 0,
    key,
    sha256,
    bytes: 1000,
    takenAt: now.toISOString(),
    etag: 'e',
    versionId: null,
    snapshot: sha256,
  }
  const files = { ...aFilesArtifact(), ...(hasChain ? { chain: [base] } : {}) }
  const manifest = aManifest({ artifacts: [files], startedAt: now.toISOString() })
  const index = await indexPrefix({ store, prefix: 'web1' })
  if (isDenied)
    store.failAlways('list', /base/, new StoreError('Access denied.', { code: 'AccessDenied', status: 403 }))
  return (await readHistory({ store, prefix: 'web1' }, { index, manifest, timezone: 'UTC', now })).baseBytes
}

it('knows what all bases take, also those that this recovery point does not build on', async () => {
  expect(await baseBytes()).toBe(1030)
})

it('looks for none where nothing builds on one', async () => {
  expect(await baseBytes({ hasChain: false })).toBe(0)
})

it('knows of its own where they may not be listed', async () => {
  expect(await baseBytes({ isDenied: true })).toBe(1000)
})
