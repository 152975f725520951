import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { expectCleanPost, expectFailure, expectNothingLeft, openScene, type Scene } from '../failure/failure-scene'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'

let scene: Scene
let journal: string
let hooks: { 'before-command': string; 'after-command': string }
beforeAll(async () => {
  scene = await openScene()
  journal = join(scene.home, '../journal')
  hooks = {
    'before-command': `echo before >> '${journal}'`,
    'after-command': `echo after >> '${journal}'`,
  }
})
beforeEach(() => rmSync(journal, { force: true }))
afterAll(() => scene?.close())

function journalLines(): string[] {
  return existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : []
}

/** The moment at which the dump is halfway; nothing has been committed then. */
const halfway = () => serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 })

describe('before-command and after-command', () => {
  it('run on the server around the reading', async () => {
    const flag = join(scene.docroot, 'maintenance.flag')
    const run = await scene.run({
      inputs: {
        'before-command': `touch '${flag}'\necho now in maintenance\n${hooks['before-command']}`,
        'after-command': `rm '${flag}'\n${hooks['after-command']}`,
      },
    })
    expect(run.conclusion).toBe('success')
    expect(run.main?.log.join('\n')).toContain('now in maintenance')
    expect(journalLines()).toEqual(['before', 'after'])
    expect(existsSync(flag)).toBe(false)
    // The file that only lay there between the two is in the backup.
    const { manifests } = await scene.snapshot()
    const counted = (slot: string) => manifests[slot]?.artifacts.find(({ kind }) => kind === 'files')?.content
    expect(counted('running')).toMatchObject({ files: 6 })
    expectCleanPost(run)
  })

  it('end with after-command when the dump fails', async () => {
    await withHeldTable(scene, 'zz_last', async () => {
      const killed = halfway().then(({ pid }) => process.kill(pid, 'SIGKILL'))
      await expectFailure(scene, { inputs: hooks }, [/mysqldump was killed/])
      await killed
    })
    expect(journalLines()).toEqual(['before', 'after'])
  })

  it('end with after-command when the run is cancelled', async () => {
    const before = await scene.snapshot()
    await withHeldTable(scene, 'zz_last', async () => {
      const run = await scene.run({ inputs: hooks, cancelAfter: halfway() })
      expect(run.conclusion).toBe('cancelled')
      expect(run.main?.signals).not.toContain('SIGKILL')
      expectCleanPost(run)
    })
    expect(journalLines()).toEqual(['before', 'after'])
    expect(await scene.snapshot()).toEqual(before)
    await expectNothingLeft(scene)
  })

  it('end with after-command in the post step when the run was killed', async () => {
    const before = await scene.snapshot()
    await withHeldTable(scene, 'zz_last', async () => {
      const run = await scene.run({ inputs: hooks, killAfter: halfway() })
      expect(run.main).toMatchObject({ exitCode: 137, signals: ['SIGKILL'] })
      expectCleanPost(run)
    })
    expect(journalLines()).toEqual(['before', 'after'])
    expect(await scene.snapshot()).toEqual(before)
    await expectNothingLeft(scene)
  })

  it('stop the run when before-command fails', async () => {
    const inputs = { ...hooks, 'before-command': 'echo the shop is busy; exit 3' }
    await expectFailure(scene, { inputs }, [
      /before-command ended with status 3: the shop is busy/,
      /Still safe: Nothing was changed in the bucket/,
    ])
    expect(journalLines()).toEqual(['after'])
  })

  it('make the run red when after-command fails, and what was taken is stored', async () => {
    const before = await scene.snapshot()
    const inputs = {
      ...hooks,
      'after-command': `${hooks['after-command']}; echo still in maintenance; exit 4`,
    }
    const { conclusion, main, post } = await scene.run({ inputs })
    expect(conclusion).toBe('failure')
    expect(main?.annotations.error).toHaveLength(1)
    const message = main?.annotations.error[0]?.message ?? ''
    expect(message).toMatch(/after-command ended with status 4: still in maintenance/)
    expect(message).toMatch(/Still safe: The new recovery point in slot running is stored and complete/)
    // The post step tries once more: a site must not stay in maintenance mode.
    expect(journalLines()).toEqual(['before', 'after', 'after'])
    expect(post?.annotations.warning).toMatchObject([
      { message: expect.stringContaining('after-command ended with status 4') },
    ])
    expect(main?.outputs['status']).toBe('good')
    const after = await scene.snapshot()
    expect(brokenRecoveryPoints(after)).toEqual([])
    expect(after.openUploads).toEqual([])
    expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
    await expectNothingLeft(scene)
  })
})
