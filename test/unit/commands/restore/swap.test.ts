import { blog, files, shop } from '../stage/a-site'
import { aTable } from '../stage/databases'
import { filesIn, type Stage } from '../stage/stage'
import { aNewerSite, expectAsBefore } from './newer-site'

let stage: Stage

const otherShop = [aTable('orders')]

beforeEach(async () => {
  stage = await aNewerSite()
  await stage.databases.put('shop', otherShop)
})

afterEach(() => stage.leave())

async function expectRestored(): Promise<void> {
  expect(await stage.databases.objects('shop')).toEqual(shop)
  expect(await filesIn(stage.site)).toEqual(files)
  expect(stage.states()['restore']).toContain('"stage":"clean"')
}

describe('the swap of folders', () => {
  it('is asked for when nobody heard of its end, and found done', async () => {
    stage.onJob('swap', job => job.goUnheard())
    const { error, log } = await stage.restore()
    expect(error).toBeUndefined()
    expect(log).toContain('All folders are in their places.')
    expect(stage.jobs().slice(-3)).toEqual(['swap', 'swap-state', 'remove-staging'])
    await expectRestored()
  })

  it('is asked for over another connection when the link died with it', async () => {
    stage.onJob('swap', job => job.goUnheard(() => stage.cut()))
    const { error, log } = await stage.restore()
    expect(error).toBeUndefined()
    expect(log).toContain('All folders are in their places.')
    await expectRestored()
  })

  it('is undone with everything else when it never began', async () => {
    stage.onJob('swap', job => job.cut())
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/^The connection to the server broke during the swap of the folders/)
    expect(error).toMatchObject({
      safe: expect.stringContaining('The database "shop" is what it was before, restored from'),
    })
    await expectAsBefore(stage, { shop: otherShop, blog })
  })

  it('gives back what stood there when the new folder cannot be put into its place', async () => {
    await stage.program('mv', 'case "$*" in *" ./html "*) exit 1 ;; esac; exec mv "$@"')
    const { error } = await stage.restore()
    expect(error?.message).toBe(`The restored folder could not be put into its place, ${stage.site}.`)
    await expectAsBefore(stage, { shop: otherShop, blog })
  })
})
