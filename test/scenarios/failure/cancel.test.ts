import { type BackupOverrides, type BackupRun, backupInputs } from '../../runner/backup-run'
import { programRun } from '../../runner/program-run'
import type { FaultProxy } from '../../servers/fault-proxy'
import { startTcpProxy } from '../../servers/tcp-proxy'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'
import { arrival, storeProxy, storeRequests } from '../store-requests'
import {
  expectCleanPost,
  expectNothingLeft,
  expectOneError,
  makeHeavyFolder,
  openScene,
  type Scene,
} from './failure-scene'

let scene: Scene
let proxy: FaultProxy
let heavyFolder: string
beforeAll(async () => {
  proxy = await storeProxy()
  scene = await openScene({ endpoint: proxy.endpoint })
  heavyFolder = await makeHeavyFolder(scene)
})
beforeEach(() => proxy.clear())
afterAll(async () => {
  await scene?.close()
  await proxy?.stop()
})

/** Cancels a run and proves that it ended in time, said so, and changed nothing. */
async function expectCancelled(overrides: BackupOverrides): Promise<void> {
  const before = await scene.snapshot()
  const run = await scene.run(overrides)
  expectStoppedInTime(run)
  expectOneError(run.main, [/^The run was cancelled\./, /Still safe: Nothing was changed in the bucket/])
  expect(run.main?.exitCode).toBe(1)
  expectCleanPost(run)
  expect(await scene.snapshot()).toEqual(before)
  expect(before.openUploads).toEqual([])
  await expectNothingLeft(scene)
}

/** SIGKILL would have come ten seconds after SIGINT. */
function expectStoppedInTime({ conclusion, main }: BackupRun): void {
  expect(conclusion).toBe('cancelled')
  expect(main?.signals).not.toContain('SIGKILL')
}

describe('the command line program', () => {
  it('cleans up when a service manager stops it, and changes nothing', async () => {
    const before = await scene.snapshot()
    const { services, database, docroot, bucket } = scene
    const inputs = backupInputs(services, bucket, {
      ...{
        databases: database,
        paths: docroot,
        rotation: 'running',
        'before-command': 'echo before',
        'after-command': 'echo after',
      },
    })
    const run = await withHeldTable(scene, 'zz_last', () => programRun('', { inputs, stopAfter: /^ *before$/m }))
    expect(run).toMatchObject({ exitCode: 1, refusal: '' })
    expect(run.log).toMatch(/The run was cancelled\. Cleaning up\.[\s\S]*Error: .*cancelled/)
    expect(run.log).toMatch(/Still safe: Nothing was changed in the bucket/)
    expect(run.log).toMatch(/^ *after$/m)
    expect(await scene.snapshot()).toEqual(before)
    await expectNothingLeft(scene)
  })
})

describe('a backup that is cancelled', () => {
  it('stops while it connects', async () => {
    const silent = await startTcpProxy(scene.sshd)
    silent.blackhole()
    const connected = (async () => {
      while (silent.connections === 0) await new Promise(done => setTimeout(done, 10))
    })()
    try {
      await expectCancelled({ inputs: { 'ssh-port': String(silent.port) }, cancelAfter: connected })
    } finally {
      await silent.stop()
    }
  })

  it('stops in the dump', async () => {
    await withHeldTable(scene, 'zz_last', async () => {
      const dumping = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 })
      await expectCancelled({ cancelAfter: dumping })
    })
  })

  it('stops in rsync', async () => {
    const mirroring = serverProcess(scene.home, 'rsync', { readBytes: 100_000 })
    const inputs = { databases: '', paths: heavyFolder, 'rsync-bwlimit': '500' }
    await expectCancelled({ inputs, cancelAfter: mirroring })
  })

  it('stops in tar', async () => {
    const archiving = serverProcess(scene.home, 'tar', { writtenBytes: 1_000_000 })
    const inputs = { databases: '', paths: heavyFolder }
    await expectCancelled({ inputs, cancelAfter: archiving })
  })

  it('stops while parts are on their way', async () => {
    proxy.fail(storeRequests.part, { kind: 'hang' }, 2)
    await expectCancelled({ cancelAfter: arrival(proxy, storeRequests.part, 2) })
  })

  it.each([
    ['the intent is written', storeRequests.putManifest],
    ['the first upload is completed', storeRequests.completeDatabase],
    ['the second upload is completed', storeRequests.completeFiles],
  ])('finishes the commit that has begun when it is cancelled while %s', async (_name, match) => {
    const before = await scene.snapshot()
    const run = await scene.run({ cancelAfter: arrival(proxy, match) })
    expectStoppedInTime(run)
    expectCleanPost(run)
    await expectNewRecoveryPoint(before)
  })

  it('leaves the commit to the post step when the store does not answer', async () => {
    proxy.fail(storeRequests.completeFiles, { kind: 'hang' })
    const before = await scene.snapshot()
    const run = await scene.run({ cancelAfter: arrival(proxy, storeRequests.completeFiles) })
    expectStoppedInTime(run)
    expectOneError(run.main, [/^The run was cancelled\./, /slot running/i])
    expectCleanPost(run)
    await expectNewRecoveryPoint(before)
  })
})

async function expectNewRecoveryPoint(before: Awaited<ReturnType<Scene['snapshot']>>): Promise<void> {
  const after = await scene.snapshot()
  expect(brokenRecoveryPoints(after)).toEqual([])
  expect(after.openUploads).toEqual([])
  expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
  await expectNothingLeft(scene)
}
