import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { blog, files, shop } from '../../stage/a-site'
import { openUploads } from '../../stage/bucket'
import { aTable } from '../../stage/databases'
import { filesIn, type Stage } from '../../stage/stage'
import { aNewerSite, expectFoldersAsBefore } from '../newer-site'

let stage: Stage

const otherShop = [aTable('orders')]

/** The shop holds something else, the blog is gone. */
beforeEach(async () => {
  stage = await aNewerSite()
  await stage.databases.put('shop', otherShop)
  await stage.databases.remove('blog')
})

afterEach(() => stage.leave())

const databases = async () => [await stage.databases.objects('shop'), await stage.databases.objects('blog')]

async function killed(): Promise<void> {
  expect(await stage.restore()).toMatchObject({ isKilled: true })
}

describe('the post step of a restore that was killed', () => {
  it('removes what was unpacked, when nothing else had begun', async () => {
    stage.onJob('count-trees', () => stage.kill())
    await killed()
    expect(await readdir(dirname(stage.site))).toHaveLength(2)
    expect(await stage.restorePost()).toMatchObject({ error: undefined })
    expect(await databases()).toEqual([otherShop, undefined])
    await expectFoldersAsBefore(stage)
  })

  it('drops the dump of what was to be replaced, when that was not whole', async () => {
    stage.onStore('uploadPart', /before-restore/, () => stage.kill())
    await killed()
    expect(await openUploads(stage.store)).toHaveLength(1)
    expect(await stage.restorePost()).toMatchObject({ error: undefined })
    expect(await openUploads(stage.store)).toEqual([])
    expect(await databases()).toEqual([otherShop, undefined])
  })

  it.each([
    ['before its first statement', 'run-sql'],
    ['before its import', 'open-import'],
  ])('says how a database is put back that was being replaced, killed %s', async (_, job) => {
    stage.onJob(job, () => stage.kill())
    await killed()
    const { error } = await stage.restorePost()
    expect(error?.message).toMatch(
      /^The database "shop" is incomplete: its import was interrupted. Its previous content is in backups\/before-restore\/.*: mysql -e .*DROP DATABASE.* && .*aws s3 cp/,
    )
    await expectFoldersAsBefore(stage)
  })

  it('takes away again the half of a database that was not there', async () => {
    // After the rows of "shop" and the placeholder of its view.
    stage.onJob('open-import', () => stage.kill(), { skip: 2 })
    await killed()
    expect(await stage.databases.objects('blog')).toEqual([])
    const { error, log } = await stage.restorePost()
    expect(log).toContain('The database "blog" is gone again.')
    expect(await stage.databases.objects('blog')).toBeUndefined()
    expect(error?.message).toMatch(/^The database "shop" is incomplete/)
  })

  it('keeps the swap of folders that was done although nobody heard of it', async () => {
    stage.onJob('swap', job => job.goUnheard(() => stage.kill()))
    await killed()
    expect(await stage.restorePost()).toMatchObject({ error: undefined })
    expect(await databases()).toEqual([shop, blog])
    expect(await filesIn(stage.site)).toEqual(files)
  })

  it('tells that the folders do not fit the databases, when the half of a swap is undone', async () => {
    await stage.program('mv', 'case "$*" in *" ./html "*) kill -KILL 0 ;; esac; exec mv "$@"')
    stage.onJob('swap-state', () => stage.kill())
    await killed()
    const { error } = await stage.restorePost()
    expect(error?.message).toMatch(/^The databases are restored and the folders are not, so they may not match/)
    await expectFoldersAsBefore(stage)
  })

  it('changes nothing when all was done', async () => {
    stage.onJob('remove-staging', () => stage.kill())
    await killed()
    expect(await stage.restorePost()).toMatchObject({ error: undefined })
    expect(await databases()).toEqual([shop, blog])
    expect(await filesIn(stage.site)).toEqual(files)
    expect((await readdir(dirname(stage.site))).filter(name => name.includes('restoring'))).toEqual([])
  })
})

describe('a restore that is cancelled', () => {
  it('undoes what is quick, before anything in use had been changed', async () => {
    stage.onJob('count-trees', () => stage.cancel())
    const { error } = await stage.restore()
    expect(error?.message).toBe('Nothing that is in use had been changed yet.')
    expect(await databases()).toEqual([otherShop, undefined])
    await expectFoldersAsBefore(stage)
    expect(stage.states()['restore']).toContain('"stage":"clean"')
  })

  it('leaves to the post step what it has no time for, and that tells it', async () => {
    stage.onJob('open-import', () => stage.cancel())
    const { error } = await stage.restore()
    expect(error?.message).toBe('The import into the database "shop" had begun.')
    expect(stage.states()['restore']).toContain('"stage":"working"')
    await expectFoldersAsBefore(stage)
    const { error: left } = await stage.restorePost()
    expect(left?.message).toMatch(/^The database "shop" is incomplete: its import was interrupted/)
  })
})
