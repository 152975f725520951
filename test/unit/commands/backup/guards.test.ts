import { StoreError } from '../../../../src/store/store-error'
import { openSite, shop } from '../stage/a-site'
import { held, jsonIn, openUploads } from '../stage/bucket'
import { aTable } from '../stage/databases'
import { aStage, type Stage } from '../stage/stage'
import { putBytes } from '../stored-point'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

/** The site an hour after a good recovery point, with a table less. */
async function shrunken(): Promise<Record<string, string>> {
  await stage.backup()
  stage.advance(3_600_000)
  await stage.databases.put(
    'shop',
    shop.filter(object => !object.includes('customers')),
  )
  return held(stage.store)
}

describe('a backup that holds less than the last good one', () => {
  it('is stored apart, and the ring stays as it is', async () => {
    const before = await shrunken()
    const { error } = await stage.backup()
    expect(error?.message).toMatch(/table "customers"/)
    const now = held(stage.store)
    const added = Object.keys(now).filter(key => !(key in before))
    expect(added).toEqual([
      'backups/suspect/Monday-14-00.blog.database.sql.gz',
      'backups/suspect/Monday-14-00.codebase.tar.gz',
      'backups/suspect/Monday-14-00.manifest.json',
      'backups/suspect/Monday-14-00.shop.database.sql.gz',
    ])
    expect(now).toMatchObject(before)
    expect(jsonIn(stage.store, 'backups/suspect/Monday-14-00.manifest.json')).toMatchObject({
      ...{ slot: 'Monday-14-00', state: 'complete', verdict: 'suspect' },
    })
  })

  it('leaves no upload of the ring open', async () => {
    await shrunken()
    await stage.backup()
    expect(await openUploads(stage.store)).toEqual([])
    expect(stage.writes().filter(operation => operation.startsWith('abortUpload'))).toHaveLength(3)
    const before = held(stage.store)
    expect(await stage.backupPost()).toMatchObject({ error: undefined })
    expect(held(stage.store)).toEqual(before)
  })

  it('is no less suspect when it cannot be stored apart', async () => {
    const before = await shrunken()
    stage.store.failAlways('createUpload', /suspect/, new Error('The store is full.'))
    const { error, log } = await stage.backup()
    expect(error?.message).toMatch(/table "customers"/)
    expect(log).toContain('The suspect recovery point could not be stored: The store is full.')
    expect(held(stage.store)).toEqual(before)
    expect(await openUploads(stage.store)).toEqual([])
  })

  it('is the new normal when that is said', async () => {
    await shrunken()
    const { error, warnings } = await stage.backup({ 'accept-shrink': 'true' })
    expect(error).toBeUndefined()
    expect(warnings.join()).toContain('"customers"')
    expect(stage.store.keys()).toContain('backups/Monday-14-00.manifest.json')
  })

  it('is compared with what the cache has, for credentials that may not list the bucket', async () => {
    let saved: string | undefined
    stage.cache = {
      load: async () => saved,
      save: async text => {
        saved = text
      },
    }
    stage.store.failAlways('list', /^/, denied)
    stage.store.failAlways('listUploads', /^/, denied)
    expect(await stage.backup()).toMatchObject({ error: undefined })
    await shrunken()
    expect((await stage.backup()).error?.message).toMatch(/1 of 2 tables is gone/)
    expect(stage.store.keys()).not.toContain('backups/Monday-14-00.manifest.json')
  })
})

const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })

describe('a backup that cannot be compared', () => {
  beforeEach(() => stage.store.failAlways('list', /^/, denied))

  afterEach(async () => {
    expect(stage.store.keys()).toEqual([])
    expect(await openUploads(stage.store)).toEqual([])
    expect(stage.states()['backup']).toContain('"stage":"clean"')
  })

  it('is dropped when the last one cannot be had', async () => {
    stage.cache.load = async () => {
      throw new Error('The cache is broken.')
    }
    expect((await stage.backup()).error?.message).toBe('The cache is broken.')
  })

  it('is dropped when the run is cancelled meanwhile', async () => {
    stage.cache.load = async () => {
      stage.cancel()
      return undefined
    }
    expect((await stage.backup()).error?.message).toBe('The run was cancelled.')
  })
})

describe('a backup into the prefix of another host', () => {
  /** Of a host that has a run in full swing. */
  async function otherHost(): Promise<Record<string, string>> {
    await stage.backup({ 'ssh-host': 'web2.example.com' })
    stage.advance(3_600_000)
    stage.onStore('completeUpload', /codebase/, () => stage.kill())
    await stage.backup({ 'ssh-host': 'web2.example.com' })
    stage.advance(3_600_000)
    return held(stage.store)
  }

  it('touches nothing, and does not even look at the server', async () => {
    const before = await otherHost()
    const { error } = await stage.backup()
    expect(error?.message).toContain('web2.example.com')
    expect(held(stage.store)).toEqual(before)
    expect(stage.writes()).toEqual([])
    expect(stage.jobs()).toEqual(['take-lock'])
  })

  it('goes on there when that is said, and tells it', async () => {
    await otherHost()
    const { error, warnings } = await stage.backup({ 'adopt-prefix': 'true' })
    expect(error).toBeUndefined()
    expect(warnings.join()).toContain('web2.example.com')
    expect(stage.store.keys()).toContain('backups/Monday-15-00.manifest.json')
  })
})

describe('a backup that has nothing in common with the last good one of its prefix', () => {
  it('removes nothing of it, and goes on when that is said', async () => {
    await stage.backup({ databases: 'shop', paths: '' })
    const before = held(stage.store)
    const { error } = await stage.backup({ databases: '' })
    expect(error).toMatchObject({
      message: expect.stringContaining('has the database "shop", which this run does not back up and would remove'),
      advice: expect.stringContaining('give this one an "s3-prefix" of its own'),
    })
    expect(held(stage.store)).toEqual(before)
    const { error: adopted, warnings } = await stage.backup({ databases: '', 'adopt-prefix': 'true' })
    expect(adopted).toBeUndefined()
    expect(warnings.join()).toContain('Went on in this prefix')
  })
})

describe('a backup over an object of somebody else', () => {
  it('streams nothing', async () => {
    await putBytes(stage.store, 'backups/Monday-13-00.codebase.tar.gz', Buffer.from('mine'))
    const { error } = await stage.backup()
    expect(error?.message).toContain('"backups/Monday-13-00.codebase.tar.gz"')
    expect(stage.jobs()).toEqual(['take-lock', 'inventory', 'inventory'])
    expect(stage.writes()).toEqual([])
  })
})

describe('a backup of what is not there', () => {
  it('streams nothing, and names all that is wrong', async () => {
    await stage.databases.put('blog')
    const { error } = await stage.backup({ databases: 'shopp\nblog' })
    expect(error?.message).toMatch(/^2 things are wrong: .*"shopp" does not exist.*"blog" has no tables/)
    expect(stage.writes()).toEqual([])
    await stage.databases.put('blog', [aTable('posts')])
    expect(await stage.backup({ databases: '*' })).toMatchObject({ error: undefined })
  })
})
