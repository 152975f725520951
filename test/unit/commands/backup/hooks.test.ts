import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openSite } from '../stage/a-site'
import { openUploads } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage

/** They write into a file what has happened. */
const hooks = { 'before-command': 'echo before >>told', 'after-command': 'echo after >>told' }

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

/** Hooks run in the home folder, which over a local shell is where a test says. */
const inHome = (command: string) => `cd ~ && ${command}`

async function backup(inputs: Readonly<Record<string, string>> = {}) {
  const all = { ...hooks, ...inputs }
  return stage.backup({
    ...all,
    'before-command': inHome(all['before-command']),
    'after-command': inHome(all['after-command']),
  })
}

async function told(): Promise<string[]> {
  const text = await readFile(join(stage.home, 'told'), 'utf8')
  return text.trim().split('\n')
}

const isStored = () => stage.store.keys().includes('backups/Monday-13-00.manifest.json')

describe('the hooks of a backup', () => {
  it('run before the first stream and behind the last', async () => {
    expect(await backup()).toMatchObject({ error: undefined })
    const jobs = stage.jobs()
    expect(jobs.slice(0, 4)).toEqual(['take-lock', 'inventory', 'inventory', 'run-command'])
    expect(jobs.at(-1)).toBe('run-command')
    expect(await told()).toEqual(['before', 'after'])
    expect(isStored()).toBe(true)
  })

  it('run after-command although a stream failed', async () => {
    await stage.databases.failNext('dump', 'shop', 'mysqldump: Error 2013: Lost connection')
    const { error } = await backup()
    expect(error?.message).toMatch(/during the dump of database "shop"/)
    expect(await told()).toEqual(['before', 'after'])
  })

  it('run after-command although before-command failed, and nothing is streamed', async () => {
    const { error } = await backup({ 'before-command': 'echo before >>told; exit 3' })
    expect(error?.message).toMatch(/^before-command ended with status 3/)
    expect(stage.jobs()).toEqual(['take-lock', 'inventory', 'inventory', 'run-command', 'run-command'])
    expect(await told()).toEqual(['before', 'after'])
  })

  it('run after-command although the run is cancelled', async () => {
    stage.onStore('uploadPart', /shop/, () => stage.cancel())
    const { error } = await backup()
    expect(error?.message).toMatch(/^The run was cancelled/)
    expect(await told()).toEqual(['before', 'after'])
    expect(await openUploads(stage.store)).toEqual([])
  })

  it('store what was taken although after-command fails, and then the run is red', async () => {
    const { error } = await backup({ 'after-command': 'echo after >>told; echo no such thing; exit 4' })
    expect(error?.message).toBe('after-command ended with status 4: no such thing.')
    expect(isStored()).toBe(true)
  })

  it('tell both when a stream and after-command fail, the stream first', async () => {
    await stage.databases.failNext('dump', 'shop', 'mysqldump: Error 2013: Lost connection')
    const { error, log } = await backup({ 'after-command': 'exit 4' })
    expect(error?.message).toMatch(/during the dump of database "shop"/)
    expect(log).toContain('after-command ended with status 4.')
  })

  it('leave after-command to the post step when the run is killed', async () => {
    stage.onStore('uploadPart', /shop/, () => stage.kill())
    expect(await backup()).toMatchObject({ isKilled: true })
    expect(await told()).toEqual(['before'])
    expect(await stage.backupPost({ 'after-command': inHome(hooks['after-command']) })).toMatchObject({
      error: undefined,
    })
    expect(await told()).toEqual(['before', 'after'])
  })

  it('let the post step try again what failed, and say that it fails there too', async () => {
    await backup({ 'after-command': 'exit 4' })
    const { error } = await stage.backupPost({ 'after-command': 'exit 5' })
    expect(error?.message).toMatch(/^after-command ended with status 5/)
  })

  it('are not run again by a post step when they have been run', async () => {
    await backup()
    await rm(join(stage.home, 'told'))
    await stage.backupPost({ 'after-command': inHome(hooks['after-command']) })
    expect(stage.jobs()).toEqual([])
  })
})
