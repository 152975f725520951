import type { FaultProxy } from '../../servers/fault-proxy'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { expectNothingLeft, openScene, type Scene } from '../failure/failure-scene'
import { denied, storeProxy } from '../store-requests'

let scene: Scene
let proxy: FaultProxy
beforeAll(async () => {
  proxy = await storeProxy()
  scene = await openScene({ endpoint: proxy.endpoint })
})
beforeEach(() => proxy.clear())
afterAll(async () => {
  await scene?.close()
  await proxy?.stop()
})

describe('a backup with credentials that may only write', () => {
  it('is good, and says what it could not look at', async () => {
    const before = await scene.snapshot()
    for (const method of ['GET', 'HEAD']) proxy.fail({ method }, denied, 1_000)
    const { conclusion, main, post } = await scene.run()
    expect(main?.annotations.error).toEqual([])
    expect(conclusion).toBe('success')
    expect(post?.annotations.error).toEqual([])
    expect(main?.outputs['status']).toBe('good')
    const warnings: { code: string }[] = JSON.parse(main?.outputs['warnings'] ?? '[]')
    expect(warnings.map(({ code }) => code)).toEqual(['leftover-uploads', 'previous-unreadable', 'store-unreadable'])

    const after = await scene.snapshot()
    expect(brokenRecoveryPoints(after)).toEqual([])
    expect(after.openUploads).toEqual([])
    expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
    await expectNothingLeft(scene)
  })
})
