import { chmod, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { blog, files, openSite, shop } from '../stage/a-site'
import { aStage, filesIn, type Stage } from '../stage/stage'
import { putBytes } from '../stored-point'

let stage: Stage

const archive = 'backups/Monday-13-00.codebase.tar.gz'
const dumpOf = (name: string) => `backups/Monday-13-00.${name}.database.sql.gz`

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

/** A recovery point, and a server that has lost everything. */
async function lostSite(): Promise<void> {
  await stage.backup()
  await stage.databases.remove('shop')
  await stage.databases.remove('blog')
  await rm(stage.site, { recursive: true })
}

/** How often each data object is read. */
async function readings(restore: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = stage.store.operations.length
  await restore()
  const keys = stage.store.operations.slice(before).flatMap(line => /^get (.*\.gz)$/.exec(line)?.[1] ?? [])
  return Object.fromEntries([...Map.groupBy(keys, key => key)].map(([key, all]) => [key, all.length]))
}

async function expectNothingLeft(): Promise<void> {
  expect(await stage.databases.objects('shop')).toBeUndefined()
  expect(await stage.databases.objects('blog')).toBeUndefined()
  expect(await readdir(dirname(stage.site))).toEqual([])
  expect(stage.states()['restore']).toContain('"stage":"clean"')
}

/** Other content in an object of the same size, which its manifest does not know. */
async function damage(key: string, change: (content: Buffer) => Buffer): Promise<void> {
  const stored = stage.store.bytes(key) ?? Buffer.alloc(0)
  const bytes = gzipSync(change(gunzipSync(stored)))
  await putBytes(stage.store, key, bytes, (await stage.store.head(key))?.metadata)
}

/** The object that is stored, with one byte of its end changed: of the checksum of gzip. */
async function damageEnd(key: string): Promise<void> {
  const bytes = Buffer.from(stage.store.bytes(key) ?? [])
  bytes[bytes.length - 6] = (bytes.at(-6) ?? 0) ^ 1
  await putBytes(stage.store, key, bytes, (await stage.store.head(key))?.metadata)
}

describe('a restore onto a server where nothing is', () => {
  it('reads each object once, and writes all of it', async () => {
    await lostSite()
    const read = await readings(async () => expect(await stage.restore()).toMatchObject({ error: undefined }))
    expect(read).toEqual({ [archive]: 1, [dumpOf('shop')]: 1, [dumpOf('blog')]: 1 })
    expect(await stage.databases.objects('shop')).toEqual(shop)
    expect(await stage.databases.objects('blog')).toEqual(blog)
    expect(await filesIn(stage.site)).toEqual(files)
    expect(await readdir(dirname(stage.site))).toEqual(['html'])
  })

  it('removes the database and the files it began when the end of a dump is damaged, and says so', async () => {
    await lostSite()
    await damageEnd(dumpOf('blog'))
    const { error } = await stage.restore()
    expect(error?.message).toContain('cannot be restored')
    expect(error).toMatchObject({ safe: expect.stringMatching(/^Nothing on the server was changed that was there/) })
    expect(error).toMatchObject({ safe: expect.stringContaining('The database "blog" is gone again.') })
    expect(error).toMatchObject({ safe: expect.stringContaining('The database "shop" is gone again.') })
    expect(error).toMatchObject({ safe: expect.stringMatching(/What was unpacked into \S+ is removed\./) })
    await expectNothingLeft()
  })

  it('removes both when the end of the archive is damaged', async () => {
    await lostSite()
    await damageEnd(archive)
    const { error } = await stage.restore()
    expect(error?.message).toContain('codebase.tar.gz')
    expect(stage.jobs()).not.toContain('swap')
    await expectNothingLeft()
  })

  it('removes what it wrote of an object that is sound in itself and is not what its manifest says', async () => {
    await lostSite()
    await damage(dumpOf('shop'), dump => Buffer.from(String(dump).replace('a chair', 'a stool')))
    const { error } = await stage.restore()
    expect(error?.message).toContain('cannot be restored')
    await expectNothingLeft()
  })

  it('rolls back when the import fails, and says what the server said', async () => {
    await lostSite()
    await stage.databases.failNext('import', 'shop', 'ERROR 1114 (HY000) at line 3: The table `orders` is full')
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/^The import into database "shop" failed at line 3.*: The table `orders` is full/)
    await expectNothingLeft()
  })

  it('rolls back when the unpacking fails', async () => {
    await lostSite()
    await stage.program(
      'tar',
      'case $* in *-xp*) echo "tar: No space left on device" >&2; exit 2 ;; esac; exec tar "$@"',
    )
    const { error } = await stage.restore()
    expect(error?.message).toMatch(/No space left|full/)
    await expectNothingLeft()
  })

  it('stops the unpacking at an entry that is not restored as it is, and does it by a second reading', async () => {
    await chmod(join(stage.site, 'index.php'), 0o4755)
    await lostSite()
    const read = await readings(async () => expect(await stage.restore()).toMatchObject({ error: undefined }))
    expect(read).toMatchObject({ [archive]: 2, [dumpOf('shop')]: 1 })
    expect((await stat(join(stage.site, 'index.php'))).mode & 0o7777).toBe(0o755)
    expect(await filesIn(stage.site)).toEqual(files)
    expect(await readdir(dirname(stage.site))).toEqual(['html'])
  })

  it('begins nothing when something speaks against it, and says all of it', async () => {
    await lostSite()
    await stage.databases.put('shop', shop)
    const { error } = await stage.restore({ overwrite: 'false', confirm: '' })
    expect(error?.message).toContain('"shop" exists')
    expect(stage.jobs()).not.toContain('open-extract')
    expect(stage.states()['restore']).toBeUndefined()
  })
})

describe('a restore over a database that holds something', () => {
  it('reads every dump before the first import, also of databases that are not there', async () => {
    await lostSite()
    await stage.databases.put('shop', shop)
    const read = await readings(async () => expect(await stage.restore()).toMatchObject({ error: undefined }))
    expect(read).toEqual({ [archive]: 1, [dumpOf('shop')]: 2, [dumpOf('blog')]: 2 })
  })

  it('leaves it alone when the archive of the files is damaged', async () => {
    await lostSite()
    await stage.databases.put('shop', shop)
    await damageEnd(archive)
    expect((await stage.restore()).error?.message).toContain('cannot be restored')
    expect(await stage.databases.objects('shop')).toEqual(shop)
    expect(stage.jobs()).not.toContain('open-import')
    expect(await readdir(dirname(stage.site))).toEqual([])
  })
})
