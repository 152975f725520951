import { StoreError } from '../../../../src/store/store-error'
import { openSite } from '../stage/a-site'
import { held, jsonIn } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

const every = { 'min-interval': '50m' }
const minuteMs = 60_000
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const manifest = 'backups/Monday-13-00.manifest.json'

/** Changes the manifest of the last run. */
async function edit(change: Record<string, unknown>): Promise<void> {
  const text = JSON.stringify({ ...(jsonIn(stage.store, manifest) as object), ...change })
  await stage.store.putText(manifest, text, { contentType: 'application/json' })
}

describe('min-interval', () => {
  it('skips a run as long as the newest good recovery point is younger, by its manifest', async () => {
    expect(await stage.recent(every)).toBeUndefined()
    await stage.backup(every)
    stage.advance(10 * minuteMs)
    expect(await stage.recent(every)).toMatchObject({ slot: 'Monday-13-00', manifestKey: manifest })
    const { store } = stage
    const asked = store.operations.length
    stage.advance(38 * minuteMs)
    expect(await stage.recent(every)).toMatchObject({ slot: 'Monday-13-00' })
    expect(stage.jobs()).toEqual([])
    expect(store.operations.length - asked).toBeLessThanOrEqual(3)
    stage.advance(3 * minuteMs)
    expect(await stage.recent(every)).toBeUndefined()
  })

  it('counts the age from the start of the run, whenever its manifest was written', async () => {
    await stage.backup(every)
    stage.advance(60 * minuteMs)
    await edit({})
    expect(await stage.recent(every)).toBeUndefined()
  })

  it('never skips a run that somebody asked for', async () => {
    await stage.backup(every)
    for (const [name, value] of Object.entries({
      name: 'before-update',
      'accept-shrink': 'true',
      'adopt-prefix': 'true',
      'dry-run': 'true',
    }))
      expect([name, await stage.recent({ ...every, [name]: value })]).toEqual([name, undefined])
    expect(await stage.recent({})).toBeUndefined()
  })

  it('does not count what is suspect, unfinished, from the future, of another host or without what is to be taken', async () => {
    await stage.backup(every)
    for (const change of [
      { verdict: 'suspect' },
      { state: 'publishing' },
      { startedAt: '2026-11-23T13:45:00.000Z' },
      { host: 'web2.example.com' },
    ]) {
      const before = jsonIn(stage.store, manifest) as object
      await edit(change)
      expect([change, await stage.recent(every)]).toEqual([change, undefined])
      await edit(before as Record<string, unknown>)
    }
    expect(await stage.recent(every)).toMatchObject({ slot: 'Monday-13-00' })
    expect(await stage.recent({ ...every, databases: 'shop\nblog\nforum' })).toBeUndefined()
    expect(await stage.recent({ ...every, paths: `${stage.site}\n/srv/uploads` })).toBeUndefined()
  })

  it('finds the recovery point under names with minutes, too', async () => {
    const minutes = { ...every, rotation: '{weekday}-{hour}-{minute}' }
    await stage.backup(minutes)
    stage.advance(20 * minuteMs)
    expect(await stage.recent(minutes)).toMatchObject({ slot: 'Monday-13-05' })
  })

  it('does not take a named one for that of the hour', async () => {
    await stage.backup({ ...every, name: 'before-update' })
    expect(await stage.recent(every)).toBeUndefined()
  })

  it('reads the cache with credentials that may only write', async () => {
    let text: string | undefined
    const save = async (saved: string) => {
      text = saved
    }
    stage.cache = { load: async () => text, save }
    for (const operation of ['list', 'listUploads', 'getText', 'head'] as const)
      stage.store.failAlways(operation, /^/, denied)
    expect(await stage.recent(every)).toBeUndefined()
    expect(await stage.backup(every)).toMatchObject({ error: undefined })
    stage.advance(20 * minuteMs)
    expect(await stage.recent(every)).toMatchObject({ slot: 'Monday-13-00' })
    stage.advance(30 * minuteMs)
    expect(await stage.recent(every)).toBeUndefined()
  })

  it('takes nothing when another run took one while this one waited for the lock', async () => {
    await stage.backup(every)
    const before = held(stage.store)
    stage.advance(minuteMs)
    const { error } = await stage.backup(every)
    expect(error).toBeUndefined()
    expect(stage.jobs()).toEqual(['take-lock'])
    expect(held(stage.store)).toEqual(before)
  })

  it('takes one when the clocks of runner and store differ, and counts by the store', async () => {
    await stage.backup(every)
    stage.setAhead(30 * minuteMs)
    stage.advance(10 * minuteMs)
    expect(await stage.recent(every)).toMatchObject({ slot: 'Monday-13-00' })
    stage.setAhead(-90 * minuteMs)
    expect(await stage.recent(every)).toBeUndefined()
  })
})
