import type { FaultProxy } from '../../servers/fault-proxy'
import { storeProxy } from '../store-requests'
import { expectCleanPost, expectFailure, openScene, type Scene } from './failure-scene'

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

const minute = 60_000
const slotNow = () => `${new Date().toISOString().slice(11, 13)}-00`

describe('a backup on a runner whose clock is wrong', () => {
  it('goes by the store, which refuses what is 15 minutes off, and sends no request again for an ordinary answer', async () => {
    // Another hour than that of the store.
    const clockAheadMs = (new Date().getUTCMinutes() < 30 ? -45 : 45) * minute
    const [from, slot] = [Date.now(), slotNow()]
    const run = await scene.run({ inputs: { rotation: '{hour}-00' }, clockAheadMs })
    expect(run.main?.annotations.error).toEqual([])
    expect(run.conclusion).toBe('success')
    expectCleanPost(run)
    expect([slot, slotNow()]).toContain(run.main?.outputs['slot'])
    const told = run.main?.annotations.warning.filter(({ title }) => title === 'clock') ?? []
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The runner's clock is 4[45] m.* the store's: .*The store's time is used/),
    ])
    const { startedAt = '' } = (await scene.snapshot()).manifests[run.main?.outputs['slot'] ?? ''] ?? {}
    expect(Date.parse(startedAt)).toBeGreaterThan(from - 2_000)
    expect(Date.parse(startedAt)).toBeLessThan(Date.now())
    const heads = proxy.requests.filter(({ method }) => method === 'HEAD').map(({ path }) => path)
    const mostOf = (path: string) => heads.filter(other => other === path).length
    expect(Math.max(...heads.map(mostOf))).toBeLessThanOrEqual(3)
  })

  it('is refused from an hour on, before anything is touched', async () => {
    await expectFailure(scene, { clockAheadMs: 61 * minute }, [
      /The runner's clock is 1 h 1 m ahead of the store's: it is .* on the runner and .* in the store/,
      /timedatectl set-ntp true/,
    ])
  })
})
