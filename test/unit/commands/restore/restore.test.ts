import { readdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { blog, files, openSite, shop } from '../stage/a-site'
import { aTable, someRows } from '../stage/databases'
import { aStage, filesIn, type Stage, writeFiles } from '../stage/stage'

let stage: Stage

const otherShop = [aTable('orders'), someRows('orders', 'nothing but junk')].sort()

/** A recovery point, and an hour later a site that needs it. */
beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
  await stage.backup()
  stage.advance(3_600_000)
  await stage.databases.put('shop', otherShop)
  await stage.databases.remove('blog')
  await writeFiles(stage.site, { 'index.php': 'defaced', 'shell.php': 'evil' })
})

afterEach(() => stage.leave())

const stamp = '2026-11-23T14-05-02Z'
const besides = () => readdir(dirname(stage.site))

describe('restore', () => {
  it('replaces databases and folders by what was backed up', async () => {
    const { error, warnings } = await stage.restore()
    expect(error).toBeUndefined()
    // Who is not root is told that owners are not kept.
    expect(warnings.filter(warning => !warning.includes('only root'))).toEqual([])
    expect(await stage.databases.objects('shop')).toEqual(shop)
    expect(await stage.databases.objects('blog')).toEqual(blog)
    expect(await filesIn(stage.site)).toEqual(files)
  })

  it('keeps what was there: the database as a dump in the bucket, the folder under another name', async () => {
    await stage.restore()
    expect(await filesIn(`${stage.site}.before-restore-${stamp}`)).toMatchObject({ 'shell.php': 'evil' })
    expect((await besides()).sort()).toEqual(['html', `html.before-restore-${stamp}`])
    const key = `before-restore/${stamp}.shop.database.sql.gz`
    expect(stage.writes()).toEqual([`createUpload ${key}`, `uploadPart ${key}`, `completeUpload ${key}`])
  })

  it('makes everything ready before it touches anything', async () => {
    await stage.restore()
    // Short statements come between: to make a database, an account for its rows, and to check an object.
    expect(stage.jobs().filter(name => name !== 'run-sql')).toEqual([
      ...['take-lock', 'target-facts', 'target-facts', 'preflight'],
      ...['open-extract', 'count-trees', 'open-dump'],
      // The rows of "shop", which is emptied, and of "blog", which is made.
      ...['open-import', 'open-import'],
      // The placeholder of the view, and the view; then what is there is dumped again, and "shop" gets its event.
      ...['open-import', 'open-import', 'open-dump', 'open-import', 'inventory', 'open-dump'],
      ...['swap', 'remove-staging'],
    ])
  })

  it('leaves nothing to do for the post step', async () => {
    await stage.restore()
    expect(await stage.restorePost()).toMatchObject({ error: undefined, log: [] })
    expect(stage.jobs()).toEqual([])
  })

  it('dumps no database that is empty or not there, and every one that holds anything', async () => {
    await stage.databases.put('shop')
    expect(await stage.restore({ paths: 'none' })).toMatchObject({ error: undefined })
    expect(stage.writes()).toEqual([])
    expect(await stage.databases.objects('shop')).toEqual(shop)
    await stage.restore({ paths: 'none' })
    expect(stage.writes().filter(operation => operation.startsWith('completeUpload'))).toEqual([
      `completeUpload before-restore/${stamp}.shop.database.sql.gz`,
      `completeUpload before-restore/${stamp}.blog.database.sql.gz`,
    ])
  })

  it('dumps nothing when that is not wanted', async () => {
    const { error, warnings } = await stage.restore({ 'safety-backup': 'false' })
    expect(error).toBeUndefined()
    expect(warnings.join()).toContain('without a dump')
    expect(stage.writes()).toEqual([])
    expect(await stage.databases.objects('shop')).toEqual(shop)
  })

  it('touches nothing when the dump of what is to be replaced fails', async () => {
    await stage.databases.failNext('dump', 'shop', 'mysqldump: Error 2013: Lost connection')
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/during the dump of database "shop"/)
    expect(await stage.databases.objects('shop')).toEqual(otherShop)
    expect(stage.jobs()).not.toContain('run-sql')
    expect(stage.store.keys().filter(key => key.includes('before-restore'))).toEqual([])
  })

  it('brings back a whole site onto an empty server', async () => {
    await stage.databases.remove('shop')
    await rm(stage.site, { recursive: true })
    expect(await stage.restore()).toMatchObject({ error: undefined })
    expect(await stage.databases.objects('shop')).toEqual(shop)
    expect(await filesIn(stage.site)).toEqual(files)
    expect(await besides()).toEqual(['html'])
  })

  it('puts a database beside the one that is there, under another name', async () => {
    expect(await stage.restore({ databases: 'shop=shop_copy', paths: 'none' })).toMatchObject({
      error: undefined,
    })
    expect(await stage.databases.objects('shop_copy')).toEqual(shop)
    expect(await stage.databases.objects('shop')).toEqual(otherShop)
    expect(stage.writes()).toEqual([])
  })

  it('writes nothing when it only looks', async () => {
    const { error, log } = await stage.restore({ 'dry-run': 'true' })
    expect(error).toBeUndefined()
    expect(log.join('\n')).toContain('it is dumped into the bucket, then replaced')
    expect(stage.jobs()).toEqual(['target-facts', 'target-facts', 'preflight'])
    expect(stage.writes()).toEqual([])
    expect(stage.states()['restore']).toBeUndefined()
    expect(await stage.databases.objects('shop')).toEqual(otherShop)
    expect(await filesIn(stage.site)).toMatchObject({ 'shell.php': 'evil' })
    expect(await besides()).toEqual(['html'])
  })
})
