import type { ArtifactBaseline } from '../../../../src/repository/guards/baseline'
import {
  adoptedPrefix,
  findForeign,
  findForeignHost,
  findShared,
  foreignError,
} from '../../../../src/repository/guards/foreign-prefix'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { UserError } from '../../../../src/runtime/errors'
import { StoreError } from '../../../../src/store/store-error'
import { aManifest } from '../a-baseline'
import { prefix, slot, World } from '../ring'

const host = 'web1.example.com'
const key = `${prefix}/${slot}.codebase.tar.gz`
const manifestKey = `${prefix}/${slot}.manifest.json`
const plain = { contentType: 'application/octet-stream' }
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })

function find(world: World, overrides: Partial<Parameters<typeof findForeign>[1]> = {}) {
  return findForeign(world.repository, {
    slot,
    host,
    newest: undefined,
    keysToWrite: [key],
    ...overrides,
  })
}

async function storedRing(): Promise<World> {
  const world = new World()
  await world.publish(await world.prepare([{ name: 'codebase', parts: ['hello'] }]))
  return world
}

describe('findForeignHost', () => {
  it('finds the host of the newest good recovery point, if it is another one', () => {
    expect(findForeignHost(aManifest({ host: 'web2.example.com' }), host)).toEqual([
      { kind: 'host', host: 'web2.example.com', slot: 'Monday-12-00', takenAt: '2026-11-23T12:05:02.120Z' },
    ])
  })

  it.each([host, 'WEB1.Example.com', 'web1.example.com.'])('takes "%s" for the same host', same => {
    expect(findForeignHost(aManifest({ host: same }), host)).toEqual([])
  })

  it('finds nothing in an empty prefix', () => {
    expect(findForeignHost(undefined, host)).toEqual([])
  })
})

describe('findShared', () => {
  const run = { ...aManifest().run, workflow: '.github/workflows/db.yml', step: 'backup/one' }
  const newest = aManifest({ run })
  const nothing = (before: ArtifactBaseline) => ({ kept: undefined, dropped: before.name, isGone: true as const })
  const onlyFiles = (before: ArtifactBaseline) => (before.kind === 'files' ? { kept: before } : nothing(before))
  const all = (before: ArtifactBaseline) => ({ kept: before })
  const later = { ...run, id: '2' }

  it.each([
    ['another workflow', { ...later, workflow: '.github/workflows/files.yml' }],
    ['another step', { ...later, step: 'backup/two' }],
    ['another repository', { ...later, repository: 'acme/blog' }],
    ['another job of the same run', run],
  ])('finds what %s stored and this run does not', (_, other) => {
    expect(findShared(newest, onlyFiles, other)).toEqual([
      {
        ...{ kind: 'contents', has: ['database'], slot: newest.slot, takenAt: newest.startedAt },
        workflow: run.workflow,
      },
    ])
    expect(findShared(newest, all, other)).toEqual([])
  })

  it('lets a workflow change what it backs up', () => {
    expect(findShared(newest, onlyFiles, later)).toEqual([])
    expect(findShared(newest, nothing, later)).toEqual([])
    expect(findShared(undefined, nothing, later)).toEqual([])
  })

  it('finds what has nothing in common where nobody knows who wrote it', () => {
    const { workflow: _, step: __, ...unknown } = later
    expect(findShared(newest, onlyFiles, unknown)).toEqual([])
    expect(findShared(newest, nothing, unknown)).toMatchObject([{ has: ['database', 'codebase'] }])
    expect(findShared(aManifest(), nothing, later)).toMatchObject([{ kind: 'contents' }])
  })
})

describe('findForeign', () => {
  it('finds nothing in an empty slot, nor in one of ours', async () => {
    expect(await find(new World())).toEqual([])
    expect(await find(await storedRing(), { newest: (await storedRing()).manifest() })).toEqual([])
  })

  it('finds an object that nobody of ours put there', async () => {
    const world = new World()
    await world.store.putText(key, 'holiday pictures', plain)
    expect(await find(world)).toEqual([{ kind: 'object', key }])
  })

  it('takes an object with our metadata for ours: its run may have died before the manifest', async () => {
    const world = new World()
    await world.store.putText(key, 'x', { ...plain, metadata: { 'make-a-backup-slot': slot } })
    expect(await find(world)).toEqual([])
  })

  it('takes an object that the manifest names for ours: a copy of the bucket may have lost the metadata', async () => {
    const world = await storedRing()
    await world.store.putText(key, 'hello', plain)
    const before = world.store.operations.length
    expect(await find(world)).toEqual([])
    expect(world.store.operations.slice(before)).toEqual([`getText ${manifestKey}`])
  })

  it('takes what an intent is about to replace for ours', async () => {
    const world = await storedRing()
    const previous = world.manifest()
    const intent = { ...previous, state: 'publishing' as const, artifacts: [], previous }
    await world.store.putText(manifestKey, serializeManifest(intent), plain)
    await world.store.putText(key, 'hello', plain)
    expect(await find(world)).toEqual([])
  })

  it('finds something under the name of a manifest that is none, but not a damaged or a later one of ours', async () => {
    const world = new World()
    for (const text of ['{"name":"their app"}', 'plain text', '']) {
      await world.store.putText(manifestKey, text, plain)
      expect(await find(world)).toEqual([{ kind: 'object', key: manifestKey }])
    }
    for (const text of ['{"format": "make-a-backup/1"}', '{"format":"make-a-backup/2"}']) {
      await world.store.putText(manifestKey, text, plain)
      expect(await find(world)).toEqual([])
    }
  })

  it('goes by the host of the newest good one, not by that of the slot, which may be a week old', async () => {
    const world = await storedRing()
    const moved = 'web9.example.com'
    expect(await find(world, { host: moved, newest: aManifest({ host: moved }) })).toEqual([])
    expect(await find(world, { host: moved })).toMatchObject([{ kind: 'host', host }])
  })

  it('finds nothing where the credentials may not look', async () => {
    const world = new World()
    await world.store.putText(key, 'x', plain)
    world.store.failAlways('head', /./, denied)
    world.store.failAlways('getText', /./, denied)
    expect(await find(world)).toEqual([])
  })

  it('fails when the store gives no answer', async () => {
    const world = new World()
    const silence = new StoreError('No answer came.', { code: 'ECONNRESET' })
    world.store.failAlways('head', /./, silence)
    await expect(find(world)).rejects.toBe(silence)
  })
})

describe('foreignError', () => {
  const other = { kind: 'host' as const, host: 'web2.example.com', slot, takenAt: '2026-11-23T12:05:02.120Z' }

  it('names both hosts and both ways out', () => {
    const error = foreignError([other], host)
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe(
      `This prefix is not this site's to write to: its newest recovery point (slot Monday-13-00, taken 2026-11-23T12:05:02.120Z) comes from the host "web2.example.com", and this run backs up "web1.example.com".`,
    )
    expect(error.advice).toMatch(/another "s3-prefix".*"adopt-prefix: true"/)
    expect(error.safe).toContain('Nothing was written')
  })

  it('names objects, five at most', () => {
    const objects = Array.from({ length: 7 }, (_, index) => ({ kind: 'object' as const, key: `k${index}` }))
    expect(foreignError(objects, host).message).toContain('"k4" and 2 more were not put there by this action.')
    expect(foreignError(objects.slice(0, 1), host).message).toContain('"k0" was not put there by this action.')
  })
})

describe('adoptedPrefix', () => {
  it('warns of what was adopted, if anything was', () => {
    expect(adoptedPrefix([], host)).toBeUndefined()
    expect(adoptedPrefix([{ kind: 'object', key: 'k' }], host)).toMatchObject({
      code: 'prefix-adopted',
      level: 'warning',
      what: expect.stringContaining('"k" was not put there'),
    })
  })
})
