import { brokenRecoveryPoints } from '../bucket-snapshot'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'
import { expectNothingLeft, expectRed, openScene, type Scene } from './failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

const asRun = (id: string) => ({ env: { GITHUB_RUN_ID: id } })

describe('two backups into one prefix at the same time', () => {
  it('both succeed, one after the other', async () => {
    const runs = await Promise.all([scene.run(asRun('111')), scene.run(asRun('222'))])
    expect(runs.map(run => run.conclusion)).toEqual(['success', 'success'])
    const after = await scene.snapshot()
    expect(brokenRecoveryPoints(after)).toEqual([])
    expect(after.openUploads).toEqual([])
    await expectNothingLeft(scene)
  })

  it('make one recovery point where a time between two is set, and neither is red', async () => {
    const inputs = { 's3-prefix': 'clocks', 'min-interval': '50m' }
    const runs = await Promise.all(['511', '522'].map(id => scene.run({ ...asRun(id), inputs })))
    expect(runs.map(run => run.conclusion)).toEqual(['success', 'success'])
    expect(runs.map(run => run.main?.outputs['status']).sort()).toEqual(['good', 'skipped'])
    await expectNothingLeft(scene)
  })

  it('lets the second one go without a trace when the first takes long, and says which run it was', async () => {
    const { first, second } = await withHeldTable(scene, 'zz_last', async () => {
      const first = scene.run(asRun('333'))
      await serverProcess(scene.home, 'mariadb-dump')
      return { first, second: await scene.run(asRun('444')) }
    })
    expectRed(second, [/Another run holds the lock on the server/, /acme\/shop run 333, attempt 1/, /concurrency/])
    expect((await first).conclusion).toBe('success')
    const after = await scene.snapshot()
    expect(brokenRecoveryPoints(after)).toEqual([])
    expect(after.openUploads).toEqual([])
    expect(after.manifests['running']?.run.id).toBe('333')
    await expectNothingLeft(scene)
  })
})
