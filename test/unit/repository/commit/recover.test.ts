import fc from 'fast-check'
import { recoverSlot } from '../../../../src/repository/commit/recover'
import { StoreError } from '../../../../src/store/store-error'
import { answering, type Content, Death, prefix, slot, World } from '../ring'

const manifestKey = `${prefix}/${slot}.manifest.json`
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const silence = new StoreError('No answer came.', { code: 'ECONNRESET' })
const unsupported = new StoreError('Not implemented.', { code: 'NotImplemented', status: 501 })

describe('recoverSlot', () => {
  it('has nothing to do in a slot that is empty, complete or damaged', async () => {
    const world = new World()
    expect(await recover(world)).toBe('nothing')
    await world.publish(await world.prepare(pair('old')))
    expect(await recover(world)).toBe('nothing')
    await world.store.putText(manifestKey, 'no', { contentType: 'text/plain' })
    expect(await recover(world)).toBe('nothing')
    expect(world.text(manifestKey)).toBe('no')
  })

  it('says so when it may not read the manifest, and keeps the uploads', async () => {
    const world = await interrupted(pair('old'), 1)
    world.store.failAlways('getText', /./, denied)
    expect(await recover(world)).toBe('unknown')
    expect(await world.openUploads()).toHaveLength(1)
  })

  it('completes what is open and commits, once', async () => {
    const world = await interrupted(pair('old'), 0)
    expect(await recover(world)).toBe('completed')
    expectNew(world)
    expect(await recover(world)).toBe('nothing')
  })

  it('completes the rest when some objects are in place', async () => {
    const world = await interrupted(pair('old'), 1)
    expect(await recover(world)).toBe('completed')
    expectNew(world)
  })

  it('commits when every object is in place, without a single upload left', async () => {
    const world = await interrupted(pair('old'), 2)
    expect(await world.openUploads()).toEqual([])
    expect(await recover(world)).toBe('completed')
    expectNew(world)
  })

  it('keeps everything the run knew about the recovery point', async () => {
    const world = await interrupted(pair('old'), 1)
    const intent = world.manifest()
    await recover(world)
    const { startedAt, run, host, tool, server, warnings } = intent
    expect(world.manifest()).toMatchObject({ startedAt, run, host, tool, server, warnings, verdict: 'good' })
  })

  it.each([1, 2, 3])('puts the recovery point before back when uploads vanished (%i)', async which => {
    const world = await interrupted(pair('old'), 0)
    const objects = objectsOf(world)
    await vanish(world, which)
    expect(await recover(world)).toBe('rolled-back')
    expect(world.manifest()).toMatchObject({ state: 'complete' })
    expect(objectsOf(world)).toEqual(objects)
    expect(world.lies()).toEqual([])
    expect(await world.openUploads()).toEqual([])
    expect(await recover(world)).toBe('nothing')
  })

  it('removes an intent that had nothing before it and can never be carried out', async () => {
    const world = await interrupted(undefined, 0)
    await vanish(world, 2)
    expect(await recover(world)).toBe('rolled-back')
    expect(world.store.keys()).toEqual([])
    expect(await world.openUploads()).toEqual([])
  })

  it('marks a slot of two hours as lost, keeps both manifests in it, and is done with it', async () => {
    const world = await interrupted(pair('old'), 1)
    const { previous, startedAt } = world.manifest()
    await vanish(world, 2)
    const recovery = await recoverSlot(world.repository, slot, world.clock)
    expect(recovery).toMatchObject({ outcome: 'lost', warnings: [{ code: 'slot-lost' }] })
    expect(recovery.warnings[0]?.what).toContain(`"${prefix}/${slot}.database.sql.gz"`)
    expect(world.manifest()).toMatchObject({ state: 'publishing', startedAt, previous })
    const text = world.text(manifestKey)
    expect(await recover(world)).toBe('nothing')
    expect(world.text(manifestKey)).toBe(text)
    await world.publish(await world.prepare(pair('next')))
    expect(world.manifest().state).toBe('complete')
  })

  it('does not put back a recovery point whose objects are not whole', async () => {
    const world = await interrupted(pair('old'), 0)
    await world.store.remove(`${prefix}/${slot}.codebase.tar.gz`)
    await vanish(world, 1)
    expect(await recover(world)).toBe('lost')
    expect(world.manifest().state).toBe('publishing')
  })

  it('rolls back an intent whose parts the store has lost', async () => {
    const world = await interrupted(pair('old'), 0)
    world.store.failAlways('completeUpload', /codebase/, new StoreError('Parts.', { code: 'InvalidPart', status: 400 }))
    // Listed as open, so it comes in its turn: the database was completed before.
    expect(await recover(world)).toBe('lost')

    const sooner = await interrupted(pair('old'), 0)
    sooner.store.failAlways(
      'completeUpload',
      /database/,
      new StoreError('Parts.', { code: 'InvalidPart', status: 400 }),
    )
    expect(await recover(sooner)).toBe('rolled-back')
    expect(sooner.lies()).toEqual([])
  })

  it.each([denied, unsupported, silence])('does without a list of uploads (%s)', async fault => {
    const world = await interrupted(pair('old'), 1)
    world.store.failAlways('listUploads', /./, fault)
    expect(await recover(world)).toBe('completed')
    expectNew(world)
  })

  it('is not fooled by a list that shows nothing', async () => {
    const world = await interrupted(pair('old'), 0)
    const store = answering(world.store, { listUploads: async function* () {} })
    expect((await recoverSlot({ store, prefix }, slot, world.clock)).outcome).toBe('completed')
    expectNew(world)
  })

  it.each([
    ['completeUpload', denied],
    ['completeUpload', silence],
    ['head', silence],
    ['putText', denied],
    ['putText', silence],
  ] as const)('leaves the intent to the next run when %s gets no clear answer', async (operation, fault) => {
    const world = await interrupted(pair('old'), 0)
    world.store.failAlways(operation, /./, fault)
    await expect(recover(world)).rejects.toMatchObject({
      message: expect.stringContaining(
        `The unfinished recovery point in slot ${slot} could not be finished or rolled back: `,
      ),
      safe: expect.stringContaining('Every other recovery point is unchanged.'),
    })
    world.store.heal()
    expect(await recover(world)).toBe('completed')
    expectNew(world)
  })

  it('does not take a failing look for a missing object', async () => {
    const world = await interrupted(pair('old'), 2)
    world.store.failAlways('head', /./, silence)
    await expect(recover(world)).rejects.toThrow('No answer came.')
    world.store.heal()
    expect(await recover(world)).toBe('completed')
  })

  it('does not call an object lost because one look failed', async () => {
    const world = await interrupted(pair('old'), 2)
    world.store.failNext('head', /./, silence)
    await expect(recover(world)).rejects.toThrow('No answer came.')
    expect(await recover(world)).toBe('completed')
  })

  it.each([0, 2])('leaves alone what another run wrote there meanwhile (uploads gone: %i)', async gone => {
    const world = await interrupted(pair('old'), 0)
    await vanish(world, gone)
    const newer = world.text(manifestKey).replace('"timezone": "UTC"', '"timezone": "Europe/Rome"')
    world.onOperation = async (operation, _key, moment) => {
      if (operation !== 'head' || moment !== 'before') return
      world.onOperation = () => {}
      await world.store.putText(manifestKey, newer, { contentType: 'application/json' })
    }
    expect(await recover(world)).toBe('nothing')
    expect(world.text(manifestKey)).toBe(newer)
  })

  it('gives up after a day of refusals, lest the slot be blocked for ever', async () => {
    const world = await interrupted(pair('old'), 0)
    world.store.failAlways('completeUpload', /./, denied)
    await expect(recover(world)).rejects.toThrow()
    world.pass(25 * 3_600_000)
    expect(await recover(world)).toBe('rolled-back')
    expect(world.lies()).toEqual([])
  })

  it('rolls back an intent although it may not abort, and names the upload', async () => {
    const world = await interrupted(pair('old'), 0)
    await vanish(world, 2)
    world.store.failAlways('abortUpload', /./, denied)
    const { outcome, warnings } = await recoverSlot(world.repository, slot, world.clock)
    expect(outcome).toBe('rolled-back')
    expect(warnings.map(({ code }) => code)).toContain('upload-kept')
  })

  it('recognises its object by metadata, or by content, where ETags show nothing', async () => {
    for (const isNamed of [true, false]) {
      const world = await interrupted(pair('old'), 2)
      const store = answering(world.store, {
        head: async key => {
          const seen = await world.store.head(key)
          return seen && { ...seen, etag: 'opaque', metadata: isNamed ? seen.metadata : {} }
        },
      })
      const before = world.store.operations.length
      expect((await recoverSlot({ store, prefix }, slot, world.clock)).outcome).toBe('completed')
      const reads = world.store.operations.slice(before).filter(operation => operation.startsWith('get '))
      expect(reads).toHaveLength(isNamed ? 0 : 2)
    }
  })

  it('never acts on an intent that names objects of another slot', async () => {
    const world = await interrupted(pair('old'), 0)
    const forged = world.text(manifestKey).replaceAll(`${slot}.codebase`, 'Monday-12-00.codebase')
    await world.store.putText(manifestKey, forged, { contentType: 'application/json' })
    expect(await recover(world)).toBe('nothing')
    expect(world.text(manifestKey)).toBe(forged)
  })

  it('may run at the same time as itself, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom(undefined, pair('old')),
        fc.nat({ max: 2 }),
        fc.nat({ max: 3 }),
        async (scheduler, before, completed, gone) => {
          const world = await interrupted(before, completed)
          await vanish(world, gone)
          const wasMixed = completed > 0
          world.onOperation = (operation, _key, moment) =>
            scheduler.schedule(Promise.resolve(), `${operation} ${moment}`)
          const both = Promise.all([recover(world), recover(world)])
          await scheduler.waitFor(both)
          world.onOperation = () => {}
          expect(world.lies()).toEqual([])
          const state = world.store.bytes(manifestKey) === undefined ? 'empty' : world.manifest().state
          expect(state === 'publishing').toBe((await both).includes('lost'))
          if (state === 'publishing') expect(wasMixed).toBe(true)
          if (state === 'empty') expect(before).toBeUndefined()
          expect(await recover(world)).toBe('nothing')
          expect(await world.openUploads()).toEqual([])
        },
      ),
      { numRuns: 150 },
    )
  })
})

/** A run that died after it had completed so many of the two uploads. */
async function interrupted(before: Content[] | undefined, completed: number): Promise<World> {
  const world = new World()
  if (before !== undefined) await world.publish(await world.prepare(before))
  const prepared = await world.prepare(pair('new'))
  let seen = 0
  let isDead = false
  world.onOperation = (operation, _key, moment) => {
    if (isDead) throw new Death()
    if (completed === 0 ? operation !== 'putText' : operation !== 'completeUpload') return
    if (moment === 'after' && (completed === 0 || ++seen === completed)) {
      isDead = true
      throw new Death()
    }
  }
  await expect(world.publish(prepared)).rejects.toThrow()
  world.onOperation = () => {}
  return world
}

async function recover(world: World): Promise<string> {
  return (await recoverSlot(world.repository, slot, world.clock)).outcome
}

/** Aborts the first upload (1), the second (2) or both (3), where they are still open. */
async function vanish(world: World, which: number): Promise<void> {
  for (const [index, { key, upload }] of world.manifest().artifacts.entries()) {
    if (upload !== undefined && (which >> index) & 1) await world.store.abortUpload(key, upload.id)
  }
}

function expectNew(world: World): void {
  expect(world.manifest().state).toBe('complete')
  expect(world.manifest()).not.toHaveProperty('previous')
  expect(world.lies()).toEqual([])
  expect(world.text(`${prefix}/${slot}.database.sql.gz`)).toBe('new rows, new rows.')
  expect(world.text(`${prefix}/${slot}.codebase.tar.gz`)).toBe('new files')
}

function objectsOf(world: World): [string, string][] {
  return [...world.photograph()].filter(([key]) => !key.endsWith('.json'))
}

function pair(version: string): Content[] {
  return [
    { name: 'database', parts: [`${version} rows, `, `${version} rows.`] },
    { name: 'codebase', parts: [`${version} files`] },
  ]
}
