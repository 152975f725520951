import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openSite } from '../stage/a-site'
import { jsonIn, openUploads } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

describe('backup', () => {
  it('uploads everything before it publishes anything, and writes the manifest last', async () => {
    const { error, warnings } = await stage.backup()
    expect({ error, warnings }).toEqual({ error: undefined, warnings: [] })
    const done = stage.writes()
    const archive = done.filter(operation => /(createUpload|uploadPart) .*codebase/.test(operation))
    expect(archive).toEqual(['createUpload Monday-13-00.codebase.tar.gz', 'uploadPart Monday-13-00.codebase.tar.gz'])
    // The archive streams beside the dumps.
    expect(done.filter(operation => !archive.includes(operation))).toEqual([
      'createUpload Monday-13-00.shop.database.sql.gz',
      'uploadPart Monday-13-00.shop.database.sql.gz',
      'createUpload Monday-13-00.blog.database.sql.gz',
      'uploadPart Monday-13-00.blog.database.sql.gz',
      'putText Monday-13-00.manifest.json',
      'completeUpload Monday-13-00.shop.database.sql.gz',
      'completeUpload Monday-13-00.blog.database.sql.gz',
      'completeUpload Monday-13-00.codebase.tar.gz',
      'putText Monday-13-00.manifest.json',
      'putText README.md',
    ])
    expect(done.slice(0, 6)).toEqual(expect.arrayContaining(archive))
  })

  it('says in the manifest what is in it', async () => {
    await stage.backup()
    expect(jsonIn(stage.store, 'backups/Monday-13-00.manifest.json')).toMatchObject({
      ...{ slot: 'Monday-13-00', state: 'complete', verdict: 'good', host: 'web1.example.com', warnings: [] },
      server: { database: { flavor: 'mariadb', version: '10.11.19' } },
      artifacts: [
        {
          ...{ kind: 'database', database: 'shop' },
          content: {
            tables: [{ name: 'customers' }, { name: 'orders' }],
            objects: { views: ['open_orders'], triggers: [], routines: [], events: ['tidy'] },
          },
        },
        { kind: 'database', database: 'blog', content: { tables: [{ name: 'posts' }] } },
        { kind: 'files', paths: [stage.site], content: { files: 3, directories: 2 } },
      ],
    })
  })

  it('leaves nothing to do for the post step, and no lock', async () => {
    await stage.backup()
    expect(await readdir(join(stage.home, '.make-a-backup'))).toEqual(['mirror'])
    expect(await openUploads(stage.store)).toEqual([])
    expect(await stage.backupPost()).toMatchObject({ error: undefined, log: [] })
    expect(stage.jobs()).toEqual([])
  })

  it('keeps a copy in every tier that is asked for', async () => {
    const { error, warnings } = await stage.backup({ 'keep-daily': '7', 'keep-monthly': '3' })
    expect({ error, warnings }).toEqual({ error: undefined, warnings: [] })
    expect(stage.store.keys()).toEqual(
      expect.arrayContaining([
        'backups/daily/2026-11-23.codebase.tar.gz',
        'backups/daily/2026-11-23.manifest.json',
        'backups/daily/2026-11-23.shop.database.sql.gz',
        'backups/monthly/2026-11.manifest.json',
      ]),
    )
  })

  it('takes the next one into a slot of its own, beside the first', async () => {
    await stage.backup()
    stage.advance(3_600_000)
    const { error, log } = await stage.backup()
    expect(error).toBeUndefined()
    expect(log).toContain('The last good recovery point: Monday-13-00, taken 2026-11-23T13:05:02.120Z.')
    const manifests = stage.store.keys().filter(key => key.endsWith('manifest.json'))
    expect(manifests).toEqual(['backups/Monday-13-00.manifest.json', 'backups/Monday-14-00.manifest.json'])
  })
})
