import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { shop } from '../../stage/a-site'
import { anEvent, aTable, aView, someRows } from '../../stage/databases'
import { filesIn, type Stage } from '../../stage/stage'
import { aNewerSite, expectAsBefore } from '../newer-site'

let stage: Stage

/** What the databases hold when the restore begins. */
const otherShop = [aTable('orders'), someRows('orders', 'newer'), aView('latest'), anEvent('nightly')].sort()
const otherBlog = [aTable('posts'), someRows('posts', 'newer')].sort()
const full = 'ERROR 1114 (HY000) at line 3: The table `posts` is full'

beforeEach(async () => {
  stage = await aNewerSite()
  await stage.databases.put('shop', otherShop)
  await stage.databases.put('blog', otherBlog)
})

afterEach(() => stage.leave())

describe('a restore that fails', () => {
  it('puts both databases back when the import into the second one fails', async () => {
    await stage.databases.failNext('import', 'blog', full)
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/^The import into database "blog" failed at line 3.*: The table `posts` is full/)
    expect(error).toMatchObject({
      safe: expect.stringMatching(
        /"shop" is what it was before, restored from .*"blog" is what it was before, restored from/s,
      ),
    })
    await expectAsBefore(stage, { shop: otherShop, blog: otherBlog })
  })

  it('puts them back when what was imported is not what was backed up', async () => {
    const withoutEvents = shop.filter(object => !object.includes('EVENT'))
    // The dumps before it are those of what is to be replaced.
    stage.onJob('open-dump', () => stage.databases.put('shop', [...withoutEvents, aTable('more')]), {
      skip: 2,
    })
    const { error } = await stage.restore()
    expect(error?.message).toBe(
      'The database "shop" was imported and differs from its dump: table "more" is unexpected.',
    )
    expect(stage.jobs()).not.toContain('swap')
    await expectAsBefore(stage, { shop: otherShop, blog: otherBlog })
  })

  it('keeps what differs when that is accepted, with its events, and says what it is', async () => {
    const withoutEvents = shop.filter(object => !object.includes('EVENT'))
    const changed = withoutEvents.map(line => line.replace("INTO `orders` VALUES (0,'", '$&other '))
    expect(changed).not.toEqual(withoutEvents)
    // Also for the second reading, after that of the dump.
    for (const skip of [2, 3]) stage.onJob('open-dump', () => stage.databases.put('shop', changed), { skip })
    const { error, warnings } = await stage.restore({ 'accept-differences': 'true' })
    expect(error).toBeUndefined()
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /"shop" is kept although it differs from its dump \("accept-differences"\): table "orders" has other values in 1 of \d+ rows in column "text"; the first is row 1\./,
      ),
    )
    const events = shop.filter(object => object.includes('EVENT'))
    expect(await stage.databases.objects('shop')).toEqual([...changed, ...events].sort())
  })

  it('keeps a database as it was put back although it differs from its dump, and says so', async () => {
    await stage.databases.failNext('import', 'blog', full)
    const changed = otherShop.filter(object => !object.includes('EVENT')).map(line => line.replace('newer', 'newest'))
    for (const skip of [2, 3]) stage.onJob('open-dump', () => stage.databases.put('shop', changed), { skip })
    const { error } = await stage.restore()
    const kept =
      /"shop" is restored from \S+ and compared; it differs from that dump: table "orders" has other values in 1 of 1 rows/
    expect(error).toMatchObject({ safe: expect.stringMatching(kept) })
    const events = otherShop.filter(object => object.includes('EVENT'))
    expect(await stage.databases.objects('shop')).toEqual([...changed, ...events].sort())
    expect((await stage.restorePost()).error).toBeUndefined()
  })

  it('puts them back when a view cannot be made', async () => {
    stage.onJob(
      'open-import',
      () => stage.databases.failNext('import', 'shop', 'ERROR 1064 (42000) at line 4: You have an error'),
      { skip: 2 },
    )
    const { error } = await stage.restore()
    expect(error?.message).toContain('The import into database "shop" failed')
    await expectAsBefore(stage, { shop: otherShop, blog: otherBlog })
  })

  it('goes on over another connection when the link dies in the middle of an import', async () => {
    stage.onJob('open-import', () => stage.cut(), { skip: 1 })
    const { error, log } = await stage.restore()
    expect(error?.message).toMatch(/^The connection to the server broke/)
    expect(log).toContain('The connection to the server broke. Connecting again to roll back.')
    await expectAsBefore(stage, { shop: otherShop, blog: otherBlog })
  })

  it('leaves alone what it could not even empty', async () => {
    await stage.databases.failNext('sql', 'shop', 'ERROR 1205 (HY000) at line 2: Lock wait timeout exceeded')
    const { error } = await stage.restore()
    expect(error?.message).toContain('Lock wait timeout exceeded')
    expect(error).toMatchObject({ safe: expect.stringContaining('No database was touched.') })
    expect(stage.jobs()).not.toContain('open-import')
    await expectAsBefore(stage, { shop: otherShop, blog: otherBlog })
  })

  it('puts back what it had dropped and could not make anew', async () => {
    await stage.databases.failNext('create', 'shop', 'ERROR 1021 (HY000) at line 3: Disk full')
    const { error } = await stage.restore()
    expect(error?.message).toContain('Disk full')
    // Rows, placeholder, view and event.
    expect(stage.jobs().filter(name => name === 'open-import')).toHaveLength(4)
    await expectAsBefore(stage, { shop: otherShop, blog: otherBlog })
  })

  it('takes away again what was not there, and empties what was empty', async () => {
    await stage.databases.put('shop')
    await stage.databases.remove('blog')
    await stage.databases.failNext('import', 'blog', full)
    await stage.restore()
    expect(await stage.databases.objects('shop')).toEqual([])
    expect(await stage.databases.objects('blog')).toBeUndefined()
    expect(await readdir(dirname(stage.site))).toEqual(['html'])
  })

  it('says how to put a database back by hand when that fails too', async () => {
    await stage.databases.failNext('import', 'blog', full)
    stage.onJob('run-sql', () => stage.databases.failNext('sql', 'shop', 'ERROR 1044 (42000) at line 2: Denied'), {
      skip: 2,
    })
    const { error } = await stage.restore()
    expect(error).toMatchObject({
      safe: expect.stringMatching(/"shop" is incomplete; its previous content is in backups\/before-restore\/.*shop/),
      advice: expect.stringContaining('aws s3 cp'),
    })
    expect(await stage.databases.objects('blog')).toEqual(otherBlog)
    const { error: left } = await stage.restorePost()
    expect(left?.message).toMatch(/^The database "shop" is incomplete: its import was interrupted/)
  })

  it('cannot put back what was not dumped, and says so', async () => {
    await stage.databases.failNext('import', 'blog', full)
    const { error } = await stage.restore({ 'safety-backup': 'false' })
    expect(error).toMatchObject({ safe: expect.stringContaining('there is no dump of what it was') })
    expect(await filesIn(stage.site)).toMatchObject({ 'index.php': 'newer' })
  })
})
