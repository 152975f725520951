import { indexPrefix } from '../../../../src/repository/catalog/prefix-index'
import { StoreError } from '../../../../src/store/store-error'
import { type Content, prefix, World } from '../ring'

const hourMs = 3_600_000
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const silence = new StoreError('No answer came.', { code: 'ECONNRESET' })

describe('indexPrefix', () => {
  it('finds nothing in an empty prefix', async () => {
    const index = await indexPrefix(new World().repository)
    expect(index).toMatchObject({ isReadable: true, manifests: [], warnings: [] })
    expect(await index.newestGood()).toBeUndefined()
    expect(await index.unfinished()).toEqual([])
    expect(await index.lastArtifacts()).toEqual(new Map())
  })

  it('lists manifests newest first, and leaves out folders and strangers', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00', 'Monday-14-00'])
    for (const key of ['README.md', 'x.json', 'suspect/Monday-15-00.manifest.json', 'a.b.manifest.json']) {
      await world.store.putText(`${prefix}/${key}`, '{}', { contentType: 'application/json' })
    }
    const index = await indexPrefix(world.repository)
    expect(index.manifests.map(({ slot }) => slot)).toEqual(['Monday-14-00', 'Monday-13-00', 'Monday-12-00'])
    expect(index.warnings).toEqual([])
  })

  it('answers all its questions with one listing and one manifest read, in the normal case', async () => {
    const world = await ring(Array.from({ length: 24 }, (_, hour) => `Monday-${hour}`))
    const before = world.store.operations.length
    const index = await indexPrefix(world.repository)
    expect((await index.newestGood())?.slot).toBe('Monday-23')
    expect(await index.unfinished()).toEqual([])
    expect([...(await index.lastArtifacts())].map(([name, { bytes }]) => [name, bytes])).toEqual([['codebase', 5]])
    expect(world.store.operations.slice(before)).toEqual([
      `list ${prefix}/`,
      `getText ${prefix}/Monday-23.manifest.json`,
    ])
  })

  it('says so when it may not list, and knows nothing then', async () => {
    const world = await ring(['Monday-12-00'])
    world.store.failAlways('list', /./, denied)
    const index = await indexPrefix(world.repository)
    expect(index).toMatchObject({ isReadable: false, manifests: [] })
    expect(await index.newestGood()).toBeUndefined()
    expect(await index.unfinished()).toEqual([])
  })

  it('fails when the store gives no answer', async () => {
    const world = await ring(['Monday-12-00'])
    world.store.failAlways('list', /./, silence)
    await expect(indexPrefix(world.repository)).rejects.toBe(silence)
  })

  it('works at the root of a bucket', async () => {
    const world = new World()
    const text = (await ring(['Monday-12-00'])).text(`${prefix}/Monday-12-00.manifest.json`)
    const atRoot = text.replace(`"prefix": "${prefix}"`, '"prefix": ""')
    await world.store.putText('Monday-12-00.manifest.json', atRoot, { contentType: 'application/json' })
    expect((await (await indexPrefix({ store: world.store, prefix: '' })).newestGood())?.slot).toBe('Monday-12-00')
  })
})

describe('newestGood', () => {
  it('goes by the time a recovery point was taken, not by the time its manifest was last written', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00', 'Monday-14-00'])
    await rewrite(world, 'Monday-12-00')
    expect((await (await indexPrefix(world.repository)).newestGood())?.slot).toBe('Monday-14-00')
  })

  it('skips intents, and what is no manifest, with a warning', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00'])
    await abandon(world, 'Monday-14-00')
    const damaged = {
      'Monday-15-00': '{',
      'Monday-16-00': world.text(`${prefix}/Monday-12-00.manifest.json`),
    }
    for (const [slot, text] of Object.entries({ ...damaged, 'Monday-17-00': 'x'.repeat(9_000_000) })) {
      await world.store.putText(`${prefix}/${slot}.manifest.json`, text, { contentType: 'application/json' })
    }
    const index = await indexPrefix(world.repository)
    expect((await index.newestGood())?.slot).toBe('Monday-13-00')
    expect(index.warnings.map(({ what }) => what)).toEqual([
      expect.stringContaining('Monday-17-00.manifest.json" was left out: it has 9000000 bytes'),
      expect.stringContaining('is that of another slot, "Monday-12-00"'),
      expect.stringContaining('is not JSON'),
    ])
  })

  it('is not led astray by a clock that was years ahead', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00'])
    const key = `${prefix}/Monday-12-00.manifest.json`
    const odd = world.text(key).replace(/"startedAt": "2026/, '"startedAt": "2099')
    await world.store.putText(key, odd, { contentType: 'application/json' })
    world.pass(hourMs)
    await world.publish(await world.prepare(files('Monday'), 'Monday-14-00'))
    expect((await (await indexPrefix(world.repository)).newestGood())?.slot).toBe('Monday-14-00')
  })

  it('skips a manifest that lies in an archive, with a warning', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00'])
    world.store.archive(`${prefix}/Monday-13-00.manifest.json`)
    const index = await indexPrefix(world.repository)
    expect((await index.newestGood())?.slot).toBe('Monday-12-00')
    expect(index.warnings.map(({ what }) => what)).toEqual([
      expect.stringContaining('Monday-13-00.manifest.json" was left out: it is archived'),
    ])
  })

  it('is unknown, with a warning, when manifests may be listed and not read', async () => {
    const world = await ring(['Monday-12-00'])
    world.store.failAlways('getText', /./, denied)
    const index = await indexPrefix(world.repository)
    expect(await index.newestGood()).toBeUndefined()
    expect(index.warnings).toEqual([
      { code: 'manifest-unreadable', level: 'warning', what: expect.stringContaining('may not read it') },
    ])
  })
})

describe('unfinished', () => {
  it('finds the intent that the last run left', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00'])
    await abandon(world, 'Monday-14-00')
    world.pass(5 * 24 * hourMs)
    expect(await (await indexPrefix(world.repository)).unfinished()).toEqual(['Monday-14-00'])
  })

  it('finds several, oldest first, also behind one that was recovered in between', async () => {
    const world = await ring(['Monday-12-00'])
    const prepared = await world.prepare(files('late'), 'Monday-15-00')
    for (const slot of ['Monday-13-00', 'Monday-14-00']) await abandon(world, slot)
    await world.publish(prepared)
    expect(await (await indexPrefix(world.repository)).unfinished()).toEqual(['Monday-13-00', 'Monday-14-00'])
  })

  it('does not read the ring for intents that a later run has recovered', async () => {
    const world = await ring(['Monday-12-00', 'Monday-13-00', 'Monday-14-00', 'Monday-15-00'])
    await rewrite(world, 'Monday-13-00')
    const before = world.store.operations.length
    const index = await indexPrefix(world.repository)
    expect(await index.unfinished()).toEqual([])
    expect(world.store.operations.length - before).toBe(3)
  })
})

function files(text: string): Content[] {
  return [{ name: 'codebase', parts: [text.slice(0, 5)] }]
}

async function ring(slots: string[]): Promise<World> {
  const world = new World()
  for (const slot of slots) {
    await world.publish(await world.prepare(files('Monday'), slot))
    world.pass(hourMs)
  }
  return world
}

/** A run that dies right after its intent was written. */
async function abandon(world: World, slot: string): Promise<void> {
  const prepared = await world.prepare(files('Monday'), slot)
  world.dieAt(2, 'after')
  await expect(world.publish(prepared)).rejects.toThrow()
  world.revive()
}

/** As after a rolled-back commit: an old recovery point in a manifest that was written just now. */
async function rewrite(world: World, slot: string): Promise<void> {
  const key = `${prefix}/${slot}.manifest.json`
  await world.store.putText(key, world.text(key), { contentType: 'application/json' })
}
