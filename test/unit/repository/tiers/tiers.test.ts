import { manifestFormat } from '../../../../src/repository/manifest/manifest'
import { parseManifest, serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { readSignedSlot } from '../../../../src/repository/signatures/found-signature'
import { tierAges } from '../../../../src/repository/tiers/tier-ages'
import { keepTiers } from '../../../../src/repository/tiers/tiers'
import { StoreError } from '../../../../src/store/store-error'
import { clockAt } from '../../clock-at'
import { aSigningKey } from '../../ssh/keys/some-keys'
import { answering, prefix } from '../ring'
import { none, rows, TierWorld } from './tier-world'

const denied = new StoreError('Could not: access denied.', {
  code: 'AccessDenied',
  status: 403,
  advice: 'Allow it.',
})
const down = new StoreError('Could not: the store failed.', { code: 'InternalError', status: 500 })
const json = { contentType: 'application/json' }
const manifestKey = (name: string) => `${prefix}/${name}.manifest.json`
const codes = (warnings: readonly { code: string }[]) => warnings.map(({ code }) => code)

describe('keepTiers', () => {
  let world: TierWorld

  beforeEach(() => {
    world = new TierWorld()
  })

  it('signs an entry anew, with the time at which it is written, and removes its signature with it', async () => {
    world.signer = aSigningKey()
    await world.run('2026-11-23T13:05:00Z', { daily: 1 })
    const [first = ''] = world.entries()
    const state = await readSignedSlot(world.repository, first)
    expect(state).toMatchObject({ kind: 'complete', signature: { kind: 'valid' } })
    const stored = await world.store.head(manifestKey(first))
    expect(Number(stored?.lastModified) - Date.parse(world.manifest(first).finishedAt)).toBeLessThan(60_000)
    const orphan = `${manifestKey('daily/2026-11-22')}.sig`
    await world.store.putText(orphan, 'of a killed run', json)
    expect((await world.run('2026-11-24T13:05:00Z', { daily: 1 })).removed).toEqual([first])
    expect(world.tierKeys().filter(key => key.endsWith('.sig'))).toEqual([`${manifestKey('daily/2026-11-24')}.sig`])
  })

  it('makes an entry in every tier: the same bytes, a manifest of its own', async () => {
    world.goTo('2026-11-23T13:05:00Z')
    const manifest = await world.take(rows('one'), 'Monday-13-00')
    const ring = world.ring()
    const keep = { daily: 1, weekly: 1, monthly: 1, yearly: 1 }
    const made = ['daily/2026-11-23', 'weekly/2026-W48', 'monthly/2026-11', 'yearly/2026']
    expect(await world.keep(manifest, keep)).toEqual({ made, removed: [], warnings: [] })
    expect(world.ring()).toEqual(ring)
    for (const name of made) {
      const entry = world.manifest(name)
      expect(entry).toEqual({ ...manifest, slot: name, finishedAt: entry.finishedAt, artifacts: entry.artifacts })
      for (const [index, artifact] of entry.artifacts.entries()) {
        const origin = manifest.artifacts[index]
        const key = origin?.key.replace('Monday-13-00', name)
        const stored = await world.store.head(String(key))
        expect(artifact).toEqual({ ...origin, key, etag: stored?.etag })
        expect(world.text(String(key))).toBe(world.text(String(origin?.key)))
        expect(stored?.metadata).toEqual({
          'make-a-backup-slot': name,
          'make-a-backup-run': `${manifest.run.id}-1`,
          'make-a-backup-taken-at': manifest.startedAt,
        })
      }
    }
    expect(world.strays()).toEqual([])
  })

  it('lies at the root of the bucket where the prefix is empty', async () => {
    const manifest = await world.take(rows('one'))
    for (const artifact of manifest.artifacts) {
      const { bytes: sizeBytes, etag } = artifact
      const key = artifact.key.slice(prefix.length + 1)
      const put = { contentType: 'application/octet-stream' }
      Object.assign(artifact, {
        key,
        ...(await world.store.copy({ key: artifact.key, sizeBytes, etag }, key, put)),
      })
    }
    const kept = await keepTiers(
      { store: world.store, prefix: '' },
      { manifest, keep: { ...none, yearly: 1 }, clock: world.clock },
    )
    expect(kept.made).toEqual(['yearly/2026'])
    expect(world.store.keys()).toContain('yearly/2026.manifest.json')
    expect(world.store.keys()).toContain('yearly/2026.database.sql.gz')
  })

  it('goes by the clock of the run’s own time zone', async () => {
    world.goTo('2026-12-31T23:30:00Z')
    const manifest = await world.take(rows('one'), 'running', { timezone: 'Europe/Berlin' })
    const { made } = await world.keep(manifest, { daily: 1, yearly: 1 })
    expect(made).toEqual(['daily/2027-01-01', 'yearly/2027'])
  })

  it('makes again what a wrong clock has made before its time, and counts it as none until then', async () => {
    await world.run('2026-12-01T13:05:00Z', { daily: 1 })
    const key = manifestKey('daily/2026-12-01')
    const early = world.store.bytes(key)?.toString() ?? ''
    world.goTo('2026-11-23T13:05:00Z')
    await world.store.putText(key, early, { contentType: 'application/json' })
    expect(await tierAges(world.repository, { ...none, daily: 1 })).toMatchObject([{ count: 0, newest: undefined }])
    expect(await world.run('2026-12-01T14:05:00Z', { daily: 1 })).toMatchObject({
      made: ['daily/2026-12-01'],
      removed: [],
    })
    expect(await tierAges(world.repository, { ...none, daily: 1 })).toMatchObject([{ count: 1 }])
  })

  it('removes nothing while the clocks of runner and store differ, not even what a killed run left', async () => {
    await world.run('2026-11-22T13:05:00Z', { daily: 1 })
    await world.store.remove(manifestKey('daily/2026-11-22'))
    await world.run('2026-11-23T13:05:00Z', { daily: 1 })
    world.goTo('2026-11-24T13:05:00Z')
    const before = world.tierKeys()
    const manifest = await world.take(rows('now'))
    const clock = clockAt(world.clock.now, 61_000)
    const kept = await keepTiers(world.repository, { manifest, keep: { ...none, daily: 1 }, clock })
    expect(kept).toEqual({ made: ['daily/2026-11-24'], removed: [], warnings: [] })
    expect(world.tierKeys()).toEqual(expect.arrayContaining(before))
    expect(await world.keep(manifest, { daily: 1 })).toMatchObject({ removed: ['daily/2026-11-23'] })
    expect(world.strays()).toEqual([])
  })

  it('keeps what the first recovery point of a period made, at the price of a listing and one manifest', async () => {
    await world.run('2026-11-22T23:05:00Z', { daily: 7 })
    await world.run('2026-11-23T00:05:00Z', { daily: 7 })
    const before = world.photograph().get(manifestKey('daily/2026-11-23'))
    world.goTo('2026-11-23T01:05:00Z')
    const manifest = await world.take(rows('later'))
    const begun = world.store.operations.length
    expect(await world.keep(manifest, { daily: 7 })).toEqual({ made: [], removed: [], warnings: [] })
    expect(world.store.operations.slice(begun)).toEqual([
      `list ${prefix}/daily/`,
      `getText ${manifestKey('daily/2026-11-23')}`,
    ])
    expect(world.photograph().get(manifestKey('daily/2026-11-23'))).toBe(before)
  })

  it('asks nothing of tiers that are switched off, and leaves their history', async () => {
    await world.run('2026-11-20T00:05:00Z', { daily: 7 })
    const before = world.tierKeys()
    world.goTo('2026-12-23T00:05:00Z')
    const manifest = await world.take(rows('later'))
    const begun = world.store.operations.length
    expect(await world.keep(manifest, {})).toEqual({ made: [], removed: [], warnings: [] })
    expect(world.store.operations).toHaveLength(begun)
    expect(world.tierKeys()).toEqual(before)
  })

  it('removes the oldest beyond the number kept: the manifest first, then the rest of it', async () => {
    for (const day of ['20', '21', '22']) await world.run(`2026-11-${day}T00:05:00Z`, { daily: 3 })
    const proof = `${prefix}/daily/2026-11-20.proof.json`
    await world.store.putText(proof, '{}', json)
    const begun = world.store.operations.length
    const kept = await world.run('2026-11-23T00:05:00Z', { daily: 3 })
    expect(kept).toEqual({ made: ['daily/2026-11-23'], removed: ['daily/2026-11-20'], warnings: [] })
    expect(world.entries()).toEqual(['daily/2026-11-21', 'daily/2026-11-22', 'daily/2026-11-23'])
    const operations = world.store.operations.slice(begun)
    expect(operations.filter(operation => operation.startsWith('remove '))).toEqual([
      `remove ${manifestKey('daily/2026-11-20')}`,
      `remove ${proof}`,
      `remove ${prefix}/daily/2026-11-20.database.sql.gz`,
      `remove ${prefix}/daily/2026-11-20.codebase.tar.gz`,
    ])
    const wrote = operations.indexOf(`putText ${manifestKey('daily/2026-11-23')}`)
    expect(operations.findIndex(operation => operation.startsWith('remove '))).toBeGreaterThan(wrote)
    expect(world.strays()).toEqual([])
  })

  it('removes several at once when fewer are to be kept', async () => {
    for (const day of ['19', '20', '21', '22']) await world.run(`2026-11-${day}T00:05:00Z`, { daily: 9 })
    const { removed } = await world.run('2026-11-22T01:05:00Z', { daily: 1 })
    expect(removed).toEqual(['daily/2026-11-19', 'daily/2026-11-20', 'daily/2026-11-21'])
    expect(world.entries()).toEqual(['daily/2026-11-22'])
  })

  it.each([
    ['a copy is refused', 'copy', denied, 'Allow it.'],
    ['the copy is not there', 'head', down, 'the store failed'],
    ['the manifest cannot be written', 'putText', denied, 'access denied'],
    ['the tier cannot be listed', 'list', down, 'the store failed'],
  ] as const)('warns, removes nothing, and the next run makes it, when %s', async (_what, operation, error, said) => {
    for (const day of ['21', '22']) await world.run(`2026-11-${day}T00:05:00Z`, { daily: 2, monthly: 1 })
    world.goTo('2026-11-23T00:05:00Z')
    const manifest = await world.take(rows('one'))
    world.store.failAlways(operation, /daily/, error)
    const before = world.entries()
    const kept = await world.keep(manifest, { daily: 2, monthly: 1 })
    expect(kept).toMatchObject({ made: [], removed: [], warnings: [{ code: 'tier-not-made' }] })
    expect(kept.warnings[0]?.what).toMatch(/^daily\/2026-11-23 was not made: .* the next run tries again\.$/)
    expect(kept.warnings[0]?.what).toContain(said)
    expect(world.entries()).toEqual(before)
    expect(world.lies()).toEqual([])
    world.store.heal()
    const next = await world.run('2026-11-23T01:05:00Z', { daily: 2, monthly: 1 })
    expect(next).toEqual({ made: ['daily/2026-11-23'], removed: ['daily/2026-11-21'], warnings: [] })
    expect(world.strays()).toEqual([])
  })

  it('makes the other tiers when one fails, and removes nothing in any of them', async () => {
    await world.run('2026-11-22T00:05:00Z', { daily: 1, weekly: 1 })
    world.store.failAlways('copy', /daily/, denied)
    const kept = await world.run('2026-11-23T00:05:00Z', { daily: 1, weekly: 1 })
    expect(kept).toMatchObject({ made: ['weekly/2026-W48'], removed: [] })
    expect(world.entries()).toEqual(['daily/2026-11-22', 'weekly/2026-W47', 'weekly/2026-W48'])
  })

  it('does not copy what is no longer the recovery point’s', async () => {
    const manifest = await world.take(rows('one'))
    await world.store.putText(`${prefix}/running.database.sql.gz`, 'rows of two', json)
    const kept = await world.keep(manifest, { daily: 1 })
    expect(codes(kept.warnings)).toEqual(['tier-not-made'])
    expect(world.tierKeys()).toEqual([])
  })

  it('believes a manifest whose writing was not confirmed once it reads it back', async () => {
    const manifest = await world.take(rows('one'))
    world.store.failNext('putText', /daily/, down, 'after')
    expect((await world.keep(manifest, { daily: 1 })).made).toEqual(['daily/2026-11-23'])
  })

  it('does not believe a manifest that reads back as something else', async () => {
    const manifest = await world.take(rows('one'))
    const store = answering(world.store, { getText: async () => 'something else' })
    const kept = await keepTiers({ store, prefix }, { manifest, keep: { ...none, daily: 1 }, clock: world.clock })
    expect(kept).toMatchObject({ made: [], warnings: [{ code: 'tier-not-made' }] })
    expect(kept.warnings[0]?.what).toContain('reads back as something else')
  })

  it('warns once when nothing may be removed, and tries no further', async () => {
    for (const day of ['19', '20', '21']) await world.run(`2026-11-${day}T00:05:00Z`, { daily: 9 })
    world.store.failAlways('remove', /daily/, denied)
    const begun = world.store.operations.length
    const kept = await world.run('2026-11-22T00:05:00Z', { daily: 1 })
    expect(kept).toMatchObject({ made: ['daily/2026-11-22'], removed: [] })
    expect(kept.warnings).toEqual([
      {
        code: 'tier-entry-kept',
        level: 'warning',
        what: 'Not removed, though newer ones are kept: daily/2026-11-19, daily/2026-11-20, daily/2026-11-21. Could not: access denied. Allow it.',
      },
    ])
    const removals = world.store.operations.slice(begun).filter(operation => operation.startsWith('remove '))
    expect(removals).toHaveLength(1)
    expect(world.lies()).toEqual([])
  })

  it('reports what stays of an entry whose objects are kept, and removes it the next time', async () => {
    await world.run('2026-11-21T00:05:00Z', { daily: 1 })
    world.store.failNext('remove', /daily.*sql/, down)
    const kept = await world.run('2026-11-22T00:05:00Z', { daily: 1 })
    expect(kept.removed).toEqual(['daily/2026-11-21'])
    expect(codes(kept.warnings)).toEqual(['stale-object-kept'])
    expect(world.strays()).toEqual([`${prefix}/daily/2026-11-21.database.sql.gz`])
    expect((await world.run('2026-11-22T01:05:00Z', { daily: 1 })).warnings).toEqual([])
    expect(world.strays()).toEqual([])
  })

  it.each([
    ['a manifest of a later version', '{"format":"make-a-backup/2"}'],
    ['no manifest at all', 'my notes'],
    ['a manifest of somewhere else', undefined],
  ])('leaves %s alone, and what belongs to it', async (_what, text) => {
    world.goTo('2026-11-23T00:05:00Z')
    const manifest = await world.take(rows('one'))
    await world.keep(manifest, { daily: 9 })
    const elsewhere = world.text(manifestKey('daily/2026-11-23')).replaceAll(`"${prefix}/`, '"other/')
    await world.store.putText(manifestKey('daily/2026-11-23'), text ?? elsewhere, json)
    const before = world.photograph()
    const kept = await world.keep(manifest, { daily: 1 })
    expect(kept).toMatchObject({ made: [], removed: [], warnings: [{ code: 'tier-not-made' }] })
    expect(kept.warnings[0]?.what).toContain('its manifest is not ours, and was left alone')
    expect(world.photograph()).toEqual(before)
    await world.run('2026-11-24T00:05:00Z', { daily: 1 })
    for (const key of before.keys()) if (key.includes('/daily/')) expect(world.text(key)).toBe(before.get(key))
  })

  it('never removes or replaces a suspect one', async () => {
    await world.run('2026-11-20T00:05:00Z', { daily: 1 })
    const key = manifestKey('daily/2026-11-20')
    const suspect = serializeManifest({ ...parseManifest(world.text(key), key), verdict: 'suspect' })
    await world.store.putText(key, suspect, json)
    const kept = await world.run('2026-11-20T01:05:00Z', { daily: 1 })
    expect(kept.warnings[0]?.what).toContain('a suspect recovery point is there')
    for (const day of ['21', '22']) await world.run(`2026-11-${day}T00:05:00Z`, { daily: 1 })
    expect(world.entries()).toEqual(['daily/2026-11-20', 'daily/2026-11-22'])
    expect(world.text(key)).toBe(suspect)
    expect(world.lies()).toEqual([])
  })

  it.each([
    ['lost an object', (world: TierWorld) => world.store.remove(`${prefix}/daily/2026-11-23.codebase.tar.gz`)],
    [
      'has an object of another size',
      (world: TierWorld) => world.store.putText(`${prefix}/daily/2026-11-23.codebase.tar.gz`, 'cut', json),
    ],
    [
      'was never finished',
      (world: TierWorld) =>
        world.store.putText(
          manifestKey('daily/2026-11-23'),
          serializeManifest({ ...world.manifest('daily/2026-11-23'), state: 'publishing' }),
          json,
        ),
    ],
  ])('makes an entry of this period again that %s', async (_what, damage) => {
    await world.run('2026-11-23T00:05:00Z', { daily: 1 })
    await world.store.putText(`${prefix}/daily/2026-11-23.proof.json`, '{}', json)
    await damage(world)
    const kept = await world.run('2026-11-23T01:05:00Z', { daily: 1 }, rows('new'))
    expect(kept).toEqual({ made: ['daily/2026-11-23'], removed: [], warnings: [] })
    expect(world.text(`${prefix}/daily/2026-11-23.codebase.tar.gz`)).toBe('files of new')
    expect(world.lies()).toEqual([])
    expect(world.strays()).toEqual([])
  })

  it('clears away what dead runs left, and nothing that a person put there', async () => {
    await world.run('2026-11-22T00:05:00Z', { daily: 9 })
    const copyFor = (name: string) => ({ ...json, metadata: { 'make-a-backup-slot': name } })
    const left = [
      'daily/2026-11-01.database.sql.gz',
      'daily/2026-11-22.database.sql.zst',
      'daily/2026-11-23.codebase.tar',
    ]
    for (const name of left)
      await world.store.putText(`${prefix}/${name}`, 'x', copyFor(name.slice(0, 'daily/2026-11-23'.length)))
    await world.store.putText(`${prefix}/daily/2026-11-01.proof.json`, '{}', json)
    const foreign = [
      'daily/2026-11-02.database.sql.gz',
      'daily/2026-11-22.codebase.tar.zst',
      'daily/notes.txt',
      'daily/2026-11-22.zip',
      'daily/deeper/2026-11-22.database.sql.gz',
    ].map(name => `${prefix}/${name}`)
    for (const key of foreign) await world.store.putText(key, 'mine', copyFor('Monday-13-00'))
    // Only its manifest shows what does not belong to an entry, which the runs of its own day read.
    await world.run('2026-11-22T01:05:00Z', { daily: 9 })
    const { warnings } = await world.run('2026-11-23T00:05:00Z', { daily: 9 })
    expect(warnings).toEqual([])
    expect(world.strays().sort()).toEqual(foreign.sort())
  })

  it('refuses to keep what is not a good recovery point', async () => {
    const manifest = await world.take(rows('one'))
    await expect(world.keep({ ...manifest, verdict: 'suspect' }, { daily: 1 })).rejects.toThrow(RangeError)
    await expect(world.keep({ ...manifest, state: 'publishing' }, { daily: 1 })).rejects.toThrow(RangeError)
    expect(manifest.format).toBe(manifestFormat)
    expect(world.tierKeys()).toEqual([])
  })
})

describe('tierAges', () => {
  it('reports the number of entries, and the newest and the oldest good one by their own start', async () => {
    const world = new TierWorld()
    for (const day of ['19', '20', '21', '22']) await world.run(`2026-11-${day}T00:05:00Z`, { daily: 9, yearly: 9 })
    await world.store.putText(manifestKey('daily/2026-11-23'), 'not ours', json)
    await world.store.remove(`${prefix}/daily/2026-11-19.codebase.tar.gz`)
    const start = (name: string) => ({ name, takenAt: new Date(world.manifest(name).startedAt) })
    expect(await tierAges(world.repository, { ...none, daily: 1, weekly: 1, yearly: 1 })).toEqual([
      { tier: 'daily', count: 3, newest: start('daily/2026-11-22'), oldest: start('daily/2026-11-20') },
      { tier: 'weekly', count: 0, newest: undefined, oldest: undefined },
      { tier: 'yearly', count: 1, newest: start('yearly/2026'), oldest: start('yearly/2026') },
    ])
  })

  it('leaves out a tier of which the store gives no answer', async () => {
    const world = new TierWorld()
    await world.run('2026-11-22T00:05:00Z', { daily: 1, weekly: 1 })
    world.store.failAlways('list', /daily/, down)
    const ages = await tierAges(world.repository, { ...none, daily: 1, weekly: 1 })
    expect(ages.map(({ tier }) => tier)).toEqual(['weekly'])
  })
})
