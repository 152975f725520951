import { openSite } from '../stage/a-site'
import { held, jsonIn } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

const named = { name: 'before-update', 'keep-daily': '3' }
const manifest = 'backups/manual/before-update.manifest.json'

describe('a backup with a name', () => {
  it('is stored beside the ring and the tiers, and never replaced', async () => {
    await stage.backup()
    const ring = held(stage.store)
    stage.advance(600_000)
    expect(await stage.backup(named)).toMatchObject({ error: undefined })
    const both = held(stage.store)
    expect(both).toMatchObject(ring)
    expect(Object.keys(both).filter(key => !(key in ring))).toEqual([
      'backups/manual/before-update.blog.database.sql.gz',
      'backups/manual/before-update.codebase.tar.gz',
      manifest,
      'backups/manual/before-update.shop.database.sql.gz',
    ])
    expect(jsonIn(stage.store, manifest)).toMatchObject({ slot: 'manual/before-update', state: 'complete' })

    stage.advance(600_000)
    const { error } = await stage.backup(named)
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^There is a recovery point manual\/before-update already, taken 2026-11-23T13:.* and nothing replaces/,
      ),
      advice: expect.stringMatching(/^Give this one another name, such as before-update-2026-11-23T13-\d\d$/),
    })
    expect(stage.jobs()).toEqual(['take-lock'])
    expect(held(stage.store)).toEqual(both)

    stage.advance(3_600_000)
    expect(await stage.backup()).toMatchObject({ error: undefined })
    expect(held(stage.store)[manifest]).toBe(both[manifest])
  })

  it('is finished by the next run of any slot when it was killed in the commit', async () => {
    stage.onStore('completeUpload', /codebase/, () => stage.kill())
    await stage.backup(named)
    expect(jsonIn(stage.store, manifest)).toMatchObject({ state: 'publishing' })
    stage.advance(3_600_000)
    const { log } = await stage.backup()
    expect(log).toContain('Slot manual/before-update was left unfinished by an earlier run: completed.')
    expect(jsonIn(stage.store, manifest)).toMatchObject({ state: 'complete' })
  })

  it('is verified and restored by its name, and as the latest', async () => {
    await stage.backup()
    stage.advance(600_000)
    await stage.backup(named)
    for (const snapshot of ['manual/before-update', 'latest'])
      expect((await stage.restore({ snapshot, 'dry-run': 'true' })).log.join('\n')).toMatch(
        /^manual\/before-update, taken/m,
      )
    const { error, log } = await stage.verify({ snapshot: 'all', level: 'stored' })
    expect(error).toBeUndefined()
    expect(log.join('\n')).toMatch(/manual\/before-update/)
  })

  it('is stored apart when it shrank, and only accept-shrink takes its name then', async () => {
    await stage.backup()
    stage.advance(3_600_000)
    await stage.databases.remove('blog')
    await stage.backup({ ...named, databases: '*' })
    const suspect = 'backups/suspect/manual/before-update.manifest.json'
    expect(jsonIn(stage.store, suspect)).toMatchObject({ slot: 'manual/before-update', verdict: 'suspect' })
    expect(stage.store.keys()).not.toContain(manifest)
    const { error } = await stage.backup({ ...named, databases: '*' })
    expect(error?.message).toMatch(/^There is a recovery point suspect\/manual\/before-update already/)
    expect(await stage.backup({ ...named, databases: '*', 'accept-shrink': 'true' })).toMatchObject({
      error: undefined,
    })
    expect(stage.store.keys()).toContain(manifest)
  })
})
