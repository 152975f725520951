import { openSite } from '../stage/a-site'
import { held, jsonIn } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage
beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})
afterEach(() => stage.leave())

const minute = 60_000
const day = 24 * 60 * minute
const about = (warnings: readonly string[]) => warnings.filter(what => what.includes('clock'))

describe('a backup on a runner whose clock is not that of the store', () => {
  it('goes to the slot of the hour that it is in the store, with its time, and says so once', async () => {
    // It is 13:05 in the store, and 12:45 here.
    stage.setAhead(-20 * minute)
    const { error, warnings } = await stage.backup()
    expect(error).toBeUndefined()
    expect(about(warnings)).toEqual([
      expect.stringMatching(
        /^The runner's clock is 20 m behind the store's: it is 2026-11-23T12:45:\d\d.\d{3}Z on the runner and 2026-11-23T13:05:/,
      ),
    ])
    const manifest = jsonIn(stage.store, 'backups/Monday-13-00.manifest.json')
    expect(manifest).toMatchObject({
      startedAt: expect.stringMatching(/^2026-11-23T13:05:0[1-3]/),
      warnings: [{ code: 'clock' }],
    })
    const stored = await stage.store.head('backups/Monday-13-00.manifest.json')
    expect(Object(manifest).startedAt <= (stored?.lastModified.toISOString() ?? '')).toBe(true)

    stage.setAhead(0)
    expect(about((await stage.verify()).warnings)).toEqual([])
  })

  it.each([-60 * minute - 5_000, 60 * day])('is refused from an hour on, with nothing changed: %s ms', async ms => {
    await stage.backup()
    const before = held(stage.store)
    stage.setAhead(ms)
    const { error } = await stage.backup({ 'keep-daily': '2', 'keep-yearly': '1' })
    expect(error?.message).toMatch(/^The runner's clock is .* the store's: .*No backup is taken/)
    expect(Object(error).advice).toContain('sudo timedatectl set-ntp true')
    expect(held(stage.store)).toEqual(before)
    expect(stage.writes()).toEqual([])

    // A restore goes by the store's clock, however wrong the other one is.
    const restored = await stage.restore()
    expect(restored.error).toBeUndefined()
    expect(restored.warnings).toContainEqual(expect.stringContaining("The store's time is used"))
    expect(restored.log.join('\n')).toContain('Monday-13-00, taken 2026-11-23T13:05:02')
  })

  it('removes nothing for its age until they agree again', async () => {
    const tiers = { 'keep-daily': '1' }
    await stage.backup(tiers)
    await stage.store.createUpload('backups/Monday-11-00.codebase.tar.gz', { contentType: 'application/gzip' })
    stage.advance(day)
    stage.setAhead(2 * minute)
    const { error } = await stage.backup(tiers)
    expect(error).toBeUndefined()
    const entries = () => stage.store.keys().filter(key => /daily\/.*manifest\.json$/.test(key))
    expect(entries()).toEqual(['backups/daily/2026-11-23.manifest.json', 'backups/daily/2026-11-24.manifest.json'])
    expect(stage.writes().filter(write => /^(remove|abortUpload) /.test(write))).toEqual([])

    stage.setAhead(0)
    stage.advance(minute)
    await stage.backup(tiers)
    expect(entries()).toEqual(['backups/daily/2026-11-24.manifest.json'])
    expect(stage.writes()).toContain('abortUpload Monday-11-00.codebase.tar.gz')
  })
})
