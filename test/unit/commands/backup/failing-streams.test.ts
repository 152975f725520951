import { openSite, shop } from '../stage/a-site'
import { held, openUploads } from '../stage/bucket'
import { aHiddenTable } from '../stage/databases'
import type { AskedJob } from '../stage/server-link'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage
let before: Record<string, string>

/** The slot of this hour holds a good recovery point already: nothing of it may change. */
beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
  await stage.backup()
  before = held(stage.store)
})

afterEach(() => stage.leave())

/** Backs up, expects to fail so, and to have left everything as it was. */
async function failing(message: RegExp): Promise<string[]> {
  const { error, log } = await stage.backup()
  expect(error?.message).toMatch(message)
  expect(held(stage.store)).toEqual(before)
  expect(stage.writes().filter(operation => /putText|completeUpload/.test(operation))).toEqual([])
  expect(await openUploads(stage.store)).toEqual([])
  expect(JSON.parse(stage.states()['backup'] ?? '{}')).toMatchObject({ stage: 'clean' })
  return log
}

/** Whether the runner gave the job up; a program that does not gets no more than a second. */
function givenUp(job: AskedJob): Promise<unknown> {
  return Promise.race([job.closed, new Promise(resolve => setTimeout(resolve, 1_000).unref())])
}

describe('a backup', () => {
  it('stores nothing when mysqldump exits 2 behind its last byte', async () => {
    await stage.databases.failNext('dump', 'blog', 'mysqldump: Error 2013: Lost connection')
    await failing(/^mysqldump ended with status 2 during the dump of database "blog"/)
  })

  it('stores nothing when tar exits 2 behind its last byte', async () => {
    await stage.program('tar', 'tar "$@"; case $* in *-cf*) exit 2 ;; esac')
    await failing(/^tar ended with status 2 during the copy of the files/)
  })

  it('stores nothing when the dump lacks a table that the server lists before it and after it', async () => {
    await stage.databases.put('shop', [...shop, aHiddenTable('invoices')])
    await failing(/"shop" does not match what the server lists: table "invoices" is missing in the dump/)
    expect(stage.jobs().filter(name => name === 'inventory')).toHaveLength(3)
  })

  it('takes no offence at a table that went while the dump was made', async () => {
    await stage.databases.put('shop', [...shop, aHiddenTable('invoices')])
    stage.onJob('inventory', () => stage.databases.put('shop', shop), { skip: 1 })
    expect(await stage.backup()).toMatchObject({ error: undefined })
  })

  it('stores nothing when the archive has fewer files than the mirror', async () => {
    await stage.program('tar', 'exec tar --exclude=logo.svg "$@"')
    await failing(/^The archive does not hold what the mirror on the server holds: 2 of 3 files/)
  })

  it('gives up the files when a dump fails', async () => {
    await stage.databases.failNext('dump', 'shop', 'mysqldump: Error 2013: Lost connection')
    stage.onJob('open-archive', givenUp)
    await failing(/during the dump of database "shop"/)
    expect(stage.writes()).not.toContain('createUpload Monday-13-00.codebase.tar.gz')
  })

  it('gives up the databases when the archive fails', async () => {
    await stage.program('rsync', 'exit 23')
    stage.onJob('open-dump', givenUp)
    await failing(/rsync ended with status 23/)
    expect(stage.jobs().filter(name => name === 'open-dump')).toHaveLength(1)
    expect(stage.writes()).not.toContain('uploadPart Monday-13-00.shop.database.sql.gz')
  })

  it('ends when its lock is lost, for another run may hold it by now', async () => {
    let lock: AskedJob | undefined
    stage.onJob('take-lock', job => {
      lock = job
    })
    stage.onJob('open-archive', () => lock?.cut())
    await failing(/^The connection to the server broke during the lock on the server/)
  })

  it('drops what it has begun when the link dies', async () => {
    stage.onStore('uploadPart', /shop/, () => stage.cut())
    await failing(/^The connection to the server broke during/)
  })

  it('drops what it has begun when it is cancelled', async () => {
    stage.onStore('uploadPart', /shop/, () => stage.cancel())
    await failing(/^The run was cancelled/)
  })

  it('does not publish when it is cancelled behind its last stream', async () => {
    stage.onStore('uploadPart', /blog/, () => stage.cancel(), 'after')
    await failing(/^The run was cancelled/)
  })

  it('drops what it has begun when the store refuses a part', async () => {
    stage.store.failNext('uploadPart', /codebase/, new Error('The store is out of order.'))
    await failing(/^The store is out of order/)
  })

  it('leaves to the post step what it could not drop', async () => {
    await stage.databases.failNext('dump', 'blog', 'mysqldump: Error 2013: Lost connection')
    stage.store.failNext('abortUpload', /shop/, new Error('Not now.'))
    const { log } = await stage.backup()
    expect(log).toContain('Not now.')
    expect(await openUploads(stage.store)).toEqual(['backups/Monday-13-00.shop.database.sql.gz'])
    expect(await stage.backupPost()).toMatchObject({ error: undefined })
    expect(await openUploads(stage.store)).toEqual([])
    expect(held(stage.store)).toEqual(before)
  })
})
