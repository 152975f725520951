import { lookAtArtifact } from '../../../../src/repository/catalog/look-at-artifact'
import type { Artifact, Manifest } from '../../../../src/repository/manifest/manifest'
import { StoreError } from '../../../../src/store/store-error'
import { memoryStore } from '../../../memory/memory-store'
import { prefix, putBytes, storePoint } from '../../commands/stored-point'

const store = memoryStore({ minPartBytes: 1 })
let manifest: Manifest
let artifact: Artifact

beforeEach(async () => {
  store.heal()
  manifest = await storePoint(store)
  const [database] = manifest.artifacts
  if (database === undefined) throw new Error('There is no artifact.')
  artifact = database
})

const look = () => lookAtArtifact({ repository: { store, prefix }, manifest }, artifact)

describe('lookAtArtifact', () => {
  it('finds nothing wrong with what was stored, and reads none of it', async () => {
    const { stored, findings } = await look()
    expect(findings).toEqual([])
    expect(stored).toMatchObject({ sizeBytes: artifact.bytes, etag: artifact.etag })
    expect(store.operations.some(operation => operation.startsWith('get '))).toBe(false)
  })

  it('shows other bytes of the same size by their ETag', async () => {
    await putBytes(store, artifact.key, Buffer.alloc(artifact.bytes), (await store.head(artifact.key))?.metadata)
    const { stored, findings } = await look()
    expect(findings.map(({ code }) => code)).toEqual(['changed'])
    expect(findings[0]?.what).toBe(
      `"${artifact.key}" was stored again or replaced: its ETag was "${artifact.etag}" and is "${stored?.etag}".`,
    )
  })

  it('does not ask for an ETag that the manifest does not know', async () => {
    artifact.etag = ''
    expect((await look()).findings).toEqual([])
  })

  it('says whose object it is by the metadata, whatever that holds', async () => {
    await putBytes(store, artifact.key, Buffer.alloc(artifact.bytes), {
      'make-a-backup-slot': '\u001b[31mMonday',
      'make-a-backup-taken-at': manifest.startedAt,
    })
    expect((await look()).findings.map(({ code, what }) => [code, what])).toEqual([
      ['foreign', expect.stringContaining('is that of slot "\\x1b[31mMonday" taken at "2026-11-23T13:05:00.000Z"')],
    ])
  })

  it('throws when the store gives no answer', async () => {
    const down = new StoreError('down', { code: 'InternalError', status: 500 })
    store.failAlways('head', /./, down)
    await expect(look()).rejects.toBe(down)
  })
})
