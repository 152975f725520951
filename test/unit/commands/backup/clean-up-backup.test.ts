import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openSite } from '../stage/a-site'
import { held, jsonIn, openUploads } from '../stage/bucket'
import { aTable } from '../stage/databases'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

const manifest = () => jsonIn(stage.store, 'backups/Monday-13-00.manifest.json')

describe('the post step of a backup that was killed', () => {
  it('drops what was uploaded, before anything was published', async () => {
    stage.onStore('uploadPart', /blog/, () => stage.kill())
    expect(await stage.backup()).toMatchObject({ isKilled: true })
    expect(await openUploads(stage.store)).not.toEqual([])
    expect(await stage.backupPost()).toMatchObject({ error: undefined })
    expect(await openUploads(stage.store)).toEqual([])
    expect(stage.store.keys()).toEqual([])
    expect(await readdir(join(stage.home, '.make-a-backup'))).toEqual(['mirror'])
  })

  it('drops an upload that the run had begun and not yet heard of', async () => {
    stage.onStore('createUpload', /shop/, () => stage.kill(), 'after')
    await stage.backup()
    expect(stage.states()['backup']).toContain('"uploads":[]')
    const { error, log } = await stage.backupPost()
    expect(error).toBeUndefined()
    expect(log).toContain('Aborted the unfinished upload of backups/Monday-13-00.shop.database.sql.gz.')
    expect(await openUploads(stage.store)).toEqual([])
  })

  it.each([
    ['with its first object', /shop/],
    ['with its last object', /codebase/],
  ])('publishes what the run was publishing, cut off %s', async (_, key) => {
    stage.onStore('completeUpload', key, () => stage.kill())
    await stage.backup()
    expect(manifest()).toMatchObject({ state: 'publishing' })
    const { error, log } = await stage.backupPost()
    expect(error).toBeUndefined()
    expect(log).toContain('Slot Monday-13-00 was left unfinished: completed.')
    expect(stage.writes().filter(operation => operation.startsWith('abortUpload'))).toEqual([])
    expect(manifest()).toMatchObject({ state: 'complete' })
    expect(await stage.verify()).toMatchObject({ error: undefined })
  })

  it('drops the uploads of a run that was killed before its intent stood', async () => {
    stage.onStore('putText', /manifest/, () => stage.kill())
    await stage.backup()
    expect(stage.states()['backup']).toContain('"stage":"publishing"')
    expect(await stage.backupPost()).toMatchObject({ error: undefined })
    expect(await openUploads(stage.store)).toEqual([])
    expect(stage.store.keys()).toEqual([])
  })

  it('changes nothing when the run had just finished', async () => {
    stage.onStore('putText', /README/, () => stage.kill())
    await stage.backup()
    const before = held(stage.store)
    expect(await stage.backupPost()).toMatchObject({ error: undefined })
    expect(held(stage.store)).toEqual(before)
    expect(stage.writes()).toEqual([])
  })

  it('cleans up the server although the store does not answer, and says so', async () => {
    stage.onStore('uploadPart', /blog/, () => stage.kill())
    await stage.backup()
    stage.store.failAlways('abortUpload', /^/, new Error('The store does not answer.'))
    const { error } = await stage.backupPost()
    expect(error?.message).toContain('The store does not answer.')
    expect(stage.jobs()).toContain('clean-up')
  })
})

describe('the post step of a suspect backup that was killed', () => {
  it('publishes it apart, where it was being published', async () => {
    await stage.backup()
    stage.advance(3_600_000)
    await stage.databases.put('blog', [aTable('drafts')])
    stage.onStore('completeUpload', /suspect.*codebase/, () => stage.kill())
    expect(await stage.backup()).toMatchObject({ isKilled: true })
    expect(await stage.backupPost()).toMatchObject({ error: undefined })
    expect(jsonIn(stage.store, 'backups/suspect/Monday-14-00.manifest.json')).toMatchObject({
      state: 'complete',
    })
    expect(stage.store.keys()).not.toContain('backups/Monday-14-00.manifest.json')
  })
})

describe('a job of a backup', () => {
  it('gives back its lock, even if it is told to end while it does so', async () => {
    await stage.program('cat', 'case "$*" in */lock/pid) kill -TERM $PPID ;; esac; exec cat "$@"')
    expect(await stage.backup()).toMatchObject({ error: undefined })
    expect(await readdir(join(stage.home, '.make-a-backup/mirror/.make-a-backup'))).not.toContain('lock')
  })
})
