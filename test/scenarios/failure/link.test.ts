import { startTcpProxy, type TcpProxy } from '../../servers/tcp-proxy'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'
import { expectCleanPost, expectFailure, expectNothingLeft, expectRed, openScene, type Scene } from './failure-scene'

let scene: Scene
let proxy: TcpProxy
let inputs: Record<string, string>
beforeAll(async () => {
  scene = await openScene()
  proxy = await startTcpProxy(scene.sshd)
  inputs = { 'ssh-port': String(proxy.port), 'ssh-known-hosts': scene.sshd.fingerprints.ed25519 ?? '' }
})
afterAll(async () => {
  await proxy?.stop()
  await scene?.close()
})

const telling = [/connection to the server broke/i, /Run the workflow again/, /Still safe: Nothing was changed/]

/** Breaks the link while a dump has sent half of its rows and waits. */
async function whileDumping(breakLink: () => void): Promise<void> {
  await withHeldTable(scene, 'zz_last', async () => {
    const broken = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 }).then(breakLink)
    await expectFailure(scene, { inputs }, telling)
    await broken
  })
}

describe('a backup whose link to the server dies in the middle of the dump', () => {
  it('fails when the connection is reset', () => whileDumping(() => proxy.reset()))
  it('fails when the connection ends in good order', () => whileDumping(() => proxy.fin()))
  it('fails when the session of sshd is killed', () => whileDumping(() => scene.sshd.killSessions()))

  // A minute and a quarter: only silence tells that nobody is there any more.
  it('fails when nothing passes any more and nobody says so', async () => {
    const before = await scene.snapshot()
    await withHeldTable(scene, 'zz_last', async () => {
      const broken = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 }).then(() =>
        proxy.blackhole(),
      )
      const run = await scene.run({ inputs })
      await broken
      expectRed(run, telling)
      expectCleanPost(run)
      expect(run.main?.durationMs).toBeLessThan(120_000)
    })
    expect(await scene.snapshot()).toEqual(before)
    // The server's end learns of it from its own keepalive, or from the network.
    proxy.reset()
    await expectNothingLeft(scene)
  }, 150_000)
})
