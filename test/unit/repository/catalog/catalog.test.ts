import { type CatalogPoint, readCatalog } from '../../../../src/repository/catalog/catalog'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { type Proof, type ProvenArtifact, serializeProof } from '../../../../src/repository/manifest/proof'
import { slotKeys } from '../../../../src/repository/names/keys'
import type { Store } from '../../../../src/store/store'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { asIntent, json, proofOf, putPoint } from '../points'
import { answering } from '../ring'

const prefix = 'web1'
const storedAt = new Date('2026-11-25T17:00:00.000Z')
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const silence = new StoreError('No answer came.', { code: 'ECONNRESET' })

let store: MemoryStore
beforeEach(() => {
  store = memoryStore({ now: () => storedAt })
})

const catalog = (at = prefix) => readCatalog({ store, prefix: at }, { proofs: true })
const shown = (entries: readonly CatalogPoint[]) => entries.map(({ name, state }) => `${name} ${state}`)

async function only(): Promise<CatalogPoint> {
  const [entry, ...others] = await catalog()
  if (entry === undefined || others.length > 0) throw new Error('There is not just one.')
  return entry
}

async function putManifest(name: string, text: string): Promise<void> {
  await store.putText(`${prefix}/${name}.manifest.json`, text, json)
}

describe('readCatalog', () => {
  it('finds nothing in an empty prefix, with nine listings', async () => {
    expect(await catalog()).toEqual([])
    const folders = ['', 'daily/', 'weekly/', 'monthly/', 'yearly/', 'manual/', 'suspect/', 'suspect/manual/']
    expect(store.operations).toEqual([...folders, 'base/'].map(folder => `list web1/${folder}`))
  })

  it('keeps no more objects than there is memory for, in all listings together', async () => {
    const lists: Pick<Store, 'list'> = {
      list: async function* (folder) {
        for (let index = 0; index < 30_000; index++) {
          yield { key: `${folder}Monday-13-00.${index}.sql.gz`, sizeBytes: 1, etag: 'e', lastModified: storedAt }
        }
      },
    }
    const crowded = answering(store, lists)
    await expect(readCatalog({ store: crowded, prefix })).rejects.toMatchObject({
      code: 'ListingTooLong',
      message: expect.stringContaining('There are more than 150,000 objects under "web1" in '),
    })
  })

  it('does not read more of a manifest than the listing says that it has', async () => {
    await putManifest('Monday-13-00', `${' '.repeat(200 * 1024)}{}`)
    const lists: Pick<Store, 'list'> = {
      list: async function* (folder) {
        for await (const object of store.list(folder)) yield { ...object, sizeBytes: 100 }
      },
    }
    const lying = answering(store, lists)
    expect(shown(await readCatalog({ store: lying, prefix }))).toEqual(['Monday-13-00 unreadable'])
  })

  it('shows of each what its manifest says', async () => {
    await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    expect(await catalog()).toEqual([
      {
        name: 'Monday-13-00',
        isSigned: false,
        repository: { store, prefix: 'web1' },
        slot: 'Monday-13-00',
        place: 'ring',
        state: 'good',
        storedAt,
        facts: {
          takenAt: new Date('2026-11-23T13:17:00.000Z'),
          finishedAt: new Date('2026-11-23T13:17:00.000Z'),
          host: 'web1.example.com',
          timezone: 'UTC',
          databases: [{ name: 'shop', bytes: 10, tables: 2 }],
          files: { paths: ['/var/www/html'], bytes: 10, files: 2521 },
          warnings: 0,
          isEncrypted: false,
          runUrl: '',
        },
      },
    ])
  })

  it('has those of the ring, the tiers and the suspect ones, newest first, and of two of one moment that of the ring', async () => {
    await putPoint(store, 'daily/2026-11-23', '2026-11-23T13:17:00.000Z')
    await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    await putPoint(store, 'weekly/2026-W47', '2026-11-16T00:17:00.000Z')
    await putPoint(store, 'monthly/2026-11', '2026-11-01T00:17:00.000Z')
    await putPoint(store, 'yearly/2025', '2025-01-01T00:17:00.000Z')
    const suspect = { manifest: { verdict: 'suspect' as const } }
    await putPoint(store, 'suspect/Monday-14-00', '2026-11-23T14:17:00.000Z', suspect)
    await putPoint(store, 'Tuesday-13-00', '2026-11-17T13:17:00.000Z')
    const entries = await catalog()
    expect(shown(entries)).toEqual([
      'suspect/Monday-14-00 suspect',
      'Monday-13-00 good',
      'daily/2026-11-23 good',
      'Tuesday-13-00 good',
      'weekly/2026-W47 good',
      'monthly/2026-11 good',
      'yearly/2025 good',
    ])
    expect(entries[0]).toMatchObject({
      repository: { prefix: 'web1/suspect' },
      slot: 'Monday-14-00',
      place: 'suspect',
    })
    expect(entries[2]).toMatchObject({
      repository: { prefix: 'web1' },
      slot: 'daily/2026-11-23',
      place: 'daily',
    })
  })

  it('works at the root of a bucket', async () => {
    await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z', { prefix: '' })
    await putPoint(store, 'suspect/Monday-12-00', '2026-11-23T12:17:00.000Z', { prefix: '' })
    await putPoint(store, 'Monday-14-00', '2026-11-23T14:17:00.000Z')
    expect(shown(await catalog(''))).toEqual(['Monday-13-00 good', 'suspect/Monday-12-00 suspect'])
  })

  it('calls suspect what lies among the suspect ones, whatever its manifest says', async () => {
    await putPoint(store, 'suspect/Monday-13-00', '2026-11-23T13:17:00.000Z')
    expect((await only()).state).toBe('suspect')
  })

  it('reads 168 slots beside 10,000 other objects with nine listings and 168 reads, 16 at once', async () => {
    for (let index = 0; index < 168; index++)
      await putPoint(store, `slot-${index}`, new Date(Date.UTC(2026, 10, 18, index)).toISOString())
    for (let index = 0; index < 5_000; index++) {
      await store.putText(`${prefix}/other-${index}.txt`, '', json)
      await store.putText(`${prefix}/elsewhere/${index}.manifest.json`, '{', json)
    }
    const before = store.operations.length
    let [open, most] = [0, 0]
    const counting = answering(store, {
      async getText(key) {
        most = Math.max(most, ++open)
        const text = await store.getText(key)
        open--
        return text
      },
    })
    expect(await readCatalog({ store: counting, prefix }, { proofs: true })).toHaveLength(168)
    const requests = store.operations.slice(before).map(operation => operation.split(' ')[0])
    expect(requests.filter(operation => operation === 'list')).toHaveLength(9)
    expect(requests.filter(operation => operation === 'getText')).toHaveLength(168)
    expect(requests).toHaveLength(177)
    expect(most).toBe(16)
  })

  it('passes strangers by', async () => {
    for (const key of ['README.md', 'a.json', 'b.c.manifest.json', 'x/y.manifest.json', 'daily/x.manifest.json'])
      await store.putText(`${prefix}/${key}`, '{}', json)
    expect(await catalog()).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['of another program', '{"format":"other/1"}', /is not a manifest of make-a-backup/],
    ['of a later version', '{"format":"make-a-backup/2"}', /has the format "make-a-backup\/2"/],
    ['too large', 'x'.repeat(9_000_000), /^Its manifest has 9000000 bytes, too many for one\.$/],
  ])('makes an entry with a problem of a manifest that is %s', async (_, text, problem) => {
    await putPoint(store, 'Monday-12-00', '2026-11-23T12:17:00.000Z')
    await putManifest('Monday-13-00', text)
    const entries = await catalog()
    expect(shown(entries)).toEqual(['Monday-12-00 good', 'Monday-13-00 unreadable'])
    expect(entries[1]?.problem).toMatch(problem)
    expect(entries[1]?.facts).toBeUndefined()
  })

  it('makes one of a manifest that is that of another slot, that is archived, or that may not be read', async () => {
    await putPoint(store, 'Monday-12-00', '2026-11-23T12:17:00.000Z')
    await putManifest('Monday-13-00', (await store.getText(slotKeys(prefix, 'Monday-12-00').manifest)) ?? '')
    await putPoint(store, 'Monday-14-00', '2026-11-23T14:17:00.000Z')
    store.archive(`${prefix}/Monday-14-00.manifest.json`)
    await putPoint(store, 'Monday-15-00', '2026-11-23T15:17:00.000Z')
    store.failAlways('getText', /Monday-15/, denied)
    const entries = await catalog()
    expect(shown(entries)).toEqual([
      'Monday-12-00 good',
      'Monday-13-00 unreadable',
      'Monday-14-00 unreadable',
      'Monday-15-00 denied',
    ])
    expect(entries[1]?.problem).toContain('is that of another slot, "Monday-12-00"')
    expect(entries[3]?.problem).toBe('The credentials may not read its manifest.')
  })

  it('distinguishes an unfinished one from a lost one', async () => {
    const one = await putPoint(store, 'Monday-12-00', '2026-11-23T12:17:00.000Z')
    const other = await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    await putManifest('Monday-12-00', serializeManifest(asIntent(one)))
    await putManifest('Monday-13-00', serializeManifest({ ...other, state: 'publishing' }))
    const entries = await catalog()
    expect(shown(entries)).toEqual(['Monday-13-00 lost', 'Monday-12-00 unfinished'])
    expect(entries[1]?.problem).toContain('The next backup finishes it or rolls it back.')
  })

  it('leaves out what is gone since the listing', async () => {
    await putPoint(store, 'Monday-12-00', '2026-11-23T12:17:00.000Z')
    const going = answering(store, { getText: async () => undefined })
    expect(await readCatalog({ store: going, prefix })).toEqual([])
  })

  it('fails when the prefix may not be listed, and when the store gives no answer', async () => {
    await putPoint(store, 'Monday-12-00', '2026-11-23T12:17:00.000Z')
    store.failAlways('list', /monthly/, denied)
    await expect(catalog()).rejects.toBe(denied)
    store.heal()
    store.failAlways('getText', /./, silence)
    await expect(catalog()).rejects.toBe(silence)
  })

  it('ends when it is aborted', async () => {
    await putPoint(store, 'Monday-12-00', '2026-11-23T12:17:00.000Z')
    const reason = new Error('stop')
    await expect(readCatalog({ store, prefix }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('a recovery point whose objects are not all there', () => {
  const change = async (edit: (manifest: Manifest) => void): Promise<void> => {
    const manifest = await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    edit(manifest)
    await putManifest('Monday-13-00', serializeManifest(manifest))
  }

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'missing',
      () => putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z', { without: ['codebase'] }),
      /^"web1\/Monday-13-00\.codebase\.tar\.gz" is missing/,
    ],
    [
      'of another size',
      () => change(({ artifacts }) => Object.assign(artifacts[0] ?? {}, { bytes: 11 })),
      /^"web1\/Monday-13-00\.database\.sql\.gz" is cut off or another object: 11 bytes were stored, 10 are there/,
    ],
    [
      'of another slot',
      async () => {
        await store.putText(`${prefix}/Monday-12-00.database.sql.gz`, '0123456789', json)
        await change(({ artifacts }) =>
          Object.assign(artifacts[0] ?? {}, { key: `${prefix}/Monday-12-00.database.sql.gz` }),
        )
      },
      /which is not an object of its slot/,
    ],
    ['none', () => change(manifest => Object.assign(manifest, { artifacts: [] })), /^Its manifest names no objects\.$/],
  ])('is damaged: %s', async (_, prepare, problem) => {
    await prepare()
    const entry = await only()
    expect(entry.state).toBe('damaged')
    expect(entry.problem).toMatch(problem)
    expect(entry.facts?.takenAt).toEqual(new Date('2026-11-23T13:17:00.000Z'))
  })

  describe('with keys that may read manifests and no object of a backup', () => {
    const name = 'Monday-13-00'
    const codebase = `${prefix}/${name}.codebase.tar.gz`
    beforeEach(() => store.failAlways('head', /./, denied))

    it('is damaged by what the listing shows: missing', async () => {
      await putPoint(store, name, '2026-11-23T13:17:00.000Z', { without: ['codebase'] })
      const { state, problem } = await only()
      expect(state).toBe('damaged')
      expect(problem).toContain(`"${codebase}" is missing`)
    })

    it('is damaged by what the listing shows: cut off, also where no listing of a single key is allowed', async () => {
      await putPoint(store, name, '2026-11-23T13:17:00.000Z')
      await store.putText(codebase, 'cut', json)
      const problem = `"${codebase}" is cut off or another object: 10 bytes were stored, 3 are there.`
      expect(await only()).toMatchObject({ state: 'damaged', problem })
      store.failAlways('list', /codebase/, denied)
      expect(await only()).toMatchObject({ state: 'damaged', problem })
    })

    it('is good when all is there, and when a backup wrote it since the listing', async () => {
      await putPoint(store, name, '2026-11-23T13:17:00.000Z')
      expect((await only()).state).toBe('good')
      await store.remove(codebase)
      let isWritten = false
      const moving = answering(store, {
        async getText(key) {
          if (!isWritten) await putPoint(store, name, '2026-11-23T13:47:00.000Z')
          isWritten = true
          return store.getText(key)
        },
      })
      expect((await readCatalog({ store: moving, prefix })).map(({ state }) => state)).toEqual(['good'])
    })

    it('stops everything when the store is silent', async () => {
      await putPoint(store, name, '2026-11-23T13:17:00.000Z', { without: ['codebase'] })
      store.failAlways('list', /codebase/, silence)
      await expect(catalog()).rejects.toBe(silence)
    })
  })

  it('is good when a backup wrote it since the listing', async () => {
    await putPoint(store, 'Monday-13-00', '2026-11-16T13:17:00.000Z', { without: ['codebase', 'database'] })
    let isWritten = false
    const moving = answering(store, {
      async getText(key) {
        if (!isWritten) await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
        isWritten = true
        return store.getText(key)
      },
    })
    const [entry] = await readCatalog({ store: moving, prefix })
    expect(entry).toMatchObject({ state: 'good', facts: { takenAt: new Date('2026-11-23T13:17:00.000Z') } })
  })
})

describe('the time of a recovery point', () => {
  it('is what the manifest says, but never later than it was stored', async () => {
    await putPoint(store, 'Monday-13-00', '2099-11-23T13:17:00.000Z')
    expect(await only()).toMatchObject({ facts: { takenAt: storedAt }, state: 'untrusted', doubt: { kind: 'future' } })
    await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    expect((await only()).facts?.takenAt).toEqual(new Date('2026-11-23T13:17:00.000Z'))
  })

  it('is unknown without a manifest', async () => {
    await putManifest('Monday-13-00', '{')
    expect((await only()).facts).toBeUndefined()
  })
})

describe('a proof', () => {
  const key = `${prefix}/Monday-13-00.proof.json`
  let manifest: Manifest
  beforeEach(async () => {
    manifest = await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
  })

  it('is reported when it is that of this very recovery point', async () => {
    const proof = await proofOf(store, manifest)
    await store.putText(key, serializeProof(proof), json)
    expect((await only()).proof).toEqual({
      ...{ kind: 'proven', provenAt: new Date(proof.provenAt), restoreSeconds: proof.restoreSeconds },
    })
  })

  it.each([
    ['one more', (artifacts: ProvenArtifact[]) => [...artifacts, { key: 'web1/x', sha256: '', etag: '' }]],
    ['one less', (artifacts: ProvenArtifact[]) => artifacts.slice(1)],
    ['another sha256', (artifacts: ProvenArtifact[]) => artifacts.map(each => ({ ...each, sha256: 'b' }))],
    ['another ETag', (artifacts: ProvenArtifact[]) => artifacts.map(each => ({ ...each, etag: 'b' }))],
  ])('counts for nothing when it is of %s', async (_, change) => {
    const proof = await proofOf(store, manifest)
    await store.putText(key, serializeProof({ ...proof, artifacts: change(proof.artifacts) }), json)
    expect((await only()).proof).toBeUndefined()
  })

  it('counts for nothing when an object was stored again since, with the same size', async () => {
    await store.putText(key, serializeProof(await proofOf(store, manifest)), json)
    await store.putText(manifest.artifacts[0]?.key ?? '', 'XXXXXXXXXX', { contentType: 'text/plain' })
    const entry = await only()
    expect([entry.state, entry.proof]).toEqual(['good', undefined])
  })

  it.each<[string, (proof: Proof) => string]>([
    ['of an earlier week', proof => serializeProof({ ...proof, takenAt: '2026-11-16T13:17:00.000Z' })],
    ['of another slot', proof => serializeProof({ ...proof, slot: 'Monday-12-00' })],
    ['no proof', () => '{'],
    ['too large', () => 'x'.repeat(9_000_000)],
  ])('counts for nothing when it is %s', async (_, change) => {
    await store.putText(key, change(await proofOf(store, manifest)), json)
    expect((await only()).proof).toBeUndefined()
  })

  it('counts for nothing when it may not be read, and stops everything when the store is silent', async () => {
    await store.putText(key, serializeProof(await proofOf(store, manifest)), json)
    store.failNext('getText', /proof/, denied)
    expect((await only()).proof).toBeUndefined()
    store.failNext('getText', /proof/, silence)
    await expect(catalog()).rejects.toBe(silence)
  })

  it('is read only when it is requested, and only where there is one', async () => {
    await store.putText(key, serializeProof(await proofOf(store, manifest)), json)
    await putPoint(store, 'Monday-14-00', '2026-11-23T14:17:00.000Z')
    const reads = () => store.operations.filter(operation => /^getText .*proof/.test(operation))
    await readCatalog({ store, prefix })
    expect(reads()).toEqual([])
    await catalog()
    expect(reads()).toEqual([`getText ${key}`])
  })
})
