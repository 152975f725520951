import { expectFailure, openScene, type Scene } from './failure-scene'
import { withHeldTable } from './held-table'
import { serverProcess } from './server-processes'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())
afterEach(() => scene.tools.restore())

const unchanged = /Still safe: Nothing was changed in the bucket/

describe('a backup whose dump goes wrong', () => {
  it('fails when mysqldump is killed halfway', async () => {
    await withHeldTable(scene, 'zz_last', async () => {
      const killed = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 })
      const killing = killed.then(({ pid }) => process.kill(pid, 'SIGKILL'))
      await expectFailure(scene, {}, [/mysqldump was killed/, /signal 9/, /out-of-memory/, unchanged])
      await killing
    })
  })
})
