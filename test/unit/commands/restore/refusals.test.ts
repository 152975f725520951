import { gunzipSync, gzipSync } from 'node:zlib'
import { shop } from '../stage/a-site'
import { held } from '../stage/bucket'
import type { Stage } from '../stage/stage'
import { putBytes } from '../stored-point'
import { aNewerSite, expectFoldersAsBefore } from './newer-site'

let stage: Stage
let before: Record<string, string>

const shopKey = 'backups/Monday-13-00.shop.database.sql.gz'

beforeEach(async () => {
  stage = await aNewerSite()
  before = held(stage.store)
})

afterEach(() => stage.leave())

/** Nothing of the server has changed, and nothing of the bucket but by the hand of the test. */
async function expectNothingTouched(): Promise<void> {
  expect(await stage.databases.objects('shop')).toEqual(shop)
  await expectFoldersAsBefore(stage)
  expect(stage.jobs()).not.toContain('run-sql')
  expect(stage.jobs()).not.toContain('swap')
}

/** Other bytes under the same key, with the metadata of those that were there. */
async function replace(key: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const bytes = Buffer.from(before[key] ?? '', 'base64')
  await putBytes(stage.store, key, change(bytes), (await stage.store.head(key))?.metadata)
}

describe('restore', () => {
  it('overwrites nothing unasked', async () => {
    const { error } = await stage.restore({ overwrite: 'false', confirm: '' })
    expect(error?.message).toMatch(/^3 things are wrong: .*"shop".*"blog".*html/)
    await expectNothingTouched()
    expect(stage.jobs()).toEqual(['take-lock', 'target-facts', 'target-facts', 'preflight'])
    expect(stage.writes()).toEqual([])
  })

  it('refuses a recovery point that is damaged, and removes what it unpacked meanwhile', async () => {
    await replace(shopKey, bytes => {
      const text = gunzipSync(bytes).toString().replace('a chair', 'a stool')
      return gzipSync(text)
    })
    const { error } = await stage.restore()
    expect(error?.message).toContain('cannot be restored')
    await expectNothingTouched()
    expect(stage.jobs().slice(-2)).toEqual(['open-extract', 'remove-staging'])
  })

  it('does not begin to import what was replaced since it was read', async () => {
    stage.onJob('count-trees', () => replace(shopKey, bytes => Buffer.concat([bytes, gzipSync('')])))
    const { error } = await stage.restore()
    expect(error?.message).toBe(`"${shopKey}" was replaced since it was read and checked.`)
    await expectNothingTouched()
  })

  it('refuses what is replaced before it is read', async () => {
    const key = 'backups/Monday-13-00.codebase.tar.gz'
    stage.onJob('target-facts', () => replace(key, bytes => Buffer.concat([bytes, gzipSync('')])))
    const { error } = await stage.restore()
    expect(error?.message).toContain(key)
    await expectNothingTouched()
  })

  it('swaps nothing when what was unpacked is not what the archive holds', async () => {
    await stage.program('tar', 'tar "$@"; case $* in *-xp*) find ./tree -name old.svg -exec rm {} + ;; esac')
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/^The unpacked files differ from the archive/)
    await expectNothingTouched()
  })

  it('changes nothing in use when the link dies while it reads', async () => {
    stage.onStore('get', /codebase/, () => stage.cut())
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/^The connection to the server broke/)
    await expectNothingTouched()
    expect(stage.states()['restore']).toContain('"stage":"clean"')
  })
})
