import type { BackupOverrides } from '../../runner/backup-run'
import type { FaultProxy, Match } from '../../servers/fault-proxy'
import { type BucketSnapshot, brokenRecoveryPoints } from '../bucket-snapshot'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'
import { arrival, pass, storeProxy, storeRequests } from '../store-requests'
import { expectCleanPost, expectNothingLeft, makeHeavyFolder, openScene, type Scene } from './failure-scene'

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

/** SIGKILLs a run and returns what the bucket held before. */
async function killedRun(overrides: BackupOverrides): Promise<BucketSnapshot> {
  const before = await scene.snapshot()
  const run = await scene.run(overrides)
  expect(run.main).toMatchObject({ exitCode: 137, signals: ['SIGKILL'] })
  if (overrides.post === 'lost') expect(run.post).toBeUndefined()
  else expectCleanPost(run)
  return before
}

/** A store that does not answer this request, and the moment it arrives. */
function stopAt(match: Match, times = 1): Promise<void> {
  for (let earlier = 1; earlier < times; earlier++) proxy.fail(match, pass)
  proxy.fail(match, { kind: 'hang' })
  return arrival(proxy, match, times)
}

async function expectUnchanged(before: BucketSnapshot): Promise<void> {
  expect(await scene.snapshot()).toEqual(before)
  await expectNothingLeft(scene)
}

/** The slot holds another recovery point, as a whole; other slots what they held. */
async function expectReplaced(before: BucketSnapshot): Promise<void> {
  const after = await scene.snapshot()
  expect(brokenRecoveryPoints(after)).toEqual([])
  expect(after.openUploads).toEqual([])
  expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
  const others = ({ objects }: BucketSnapshot) =>
    Object.entries(objects).filter(([key]) => !key.startsWith('running-backups/running.'))
  expect(others(after)).toEqual(others(before))
  await expectNothingLeft(scene)
}

/** Moments before the intent stands, and the inputs with which a run gets there. */
const beforeTheIntent: [string, () => BackupOverrides][] = [
  [
    'in rsync',
    () => ({
      inputs: { databases: '', paths: heavyFolder, 'rsync-bwlimit': '500' },
      killAfter: serverProcess(scene.home, 'rsync', { readBytes: 100_000 }),
    }),
  ],
  [
    'in tar',
    () => ({
      inputs: { databases: '', paths: heavyFolder },
      killAfter: serverProcess(scene.home, 'tar', { writtenBytes: 1_000_000 }),
    }),
  ],
  [
    'before it learns the id of an upload',
    () => {
      proxy.fail(storeRequests.createFiles, { kind: 'reset', when: 'after' })
      proxy.fail(storeRequests.createFiles, { kind: 'hang' })
      return { killAfter: arrival(proxy, storeRequests.createFiles, 2) }
    },
  ],
  ['while parts are on their way', () => ({ killAfter: stopAt(storeRequests.part, 2) })],
  ['while it writes the intent', () => ({ killAfter: stopAt(storeRequests.putManifest) })],
]

/** Moments at which the intent stands. */
const afterTheIntent: [string, () => BackupOverrides][] = [
  ['between the intent and the first completion', () => ({ killAfter: stopAt(storeRequests.completeDatabase) })],
  ['between two completions', () => ({ killAfter: stopAt(storeRequests.completeFiles) })],
  ['between the completions and the commit', () => ({ killAfter: stopAt(storeRequests.headFiles) })],
  ['while it writes the commit', () => ({ killAfter: stopAt(storeRequests.putManifest, 2) })],
]

describe('the post step of a run that was killed', () => {
  it('drops uploads and ends the dump', async () => {
    await withHeldTable(scene, 'zz_last', async () => {
      const killAfter = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 })
      await expectUnchanged(await killedRun({ killAfter }))
    })
  })

  it.each(beforeTheIntent)('drops uploads and ends what runs on the server, killed %s', async (_name, moment) => {
    await expectUnchanged(await killedRun(moment()))
  })

  it.each(afterTheIntent)('finishes the recovery point, killed %s', async (_name, moment) => {
    await expectReplaced(await killedRun(moment()))
  })
})

describe('the next run, when the machine of the last one was lost', () => {
  it.each([...beforeTheIntent.slice(1), ...afterTheIntent])(
    'is good, and no trace is left, killed %s',
    async (_name, moment) => {
      const before = await killedRun({ ...moment(), post: 'lost' })
      // Whatever the crash left in the slot, the other slots are as they were.
      const crashed = await scene.snapshot()
      expect(brokenRecoveryPoints(crashed).filter(problem => !problem.includes('running'))).toEqual([])
      const next = await scene.run()
      expect(next.main?.annotations.error).toEqual([])
      expect(next.conclusion).toBe('success')
      await expectReplaced(before)
    },
  )

  it.each(afterTheIntent.slice(1, 3))(
    'finishes it even when it writes another slot itself, killed %s',
    async (_name, moment) => {
      const before = await killedRun({ ...moment(), post: 'lost' })
      const next = await scene.run({ inputs: { rotation: 'day-of-week' } })
      expect(next.conclusion).toBe('success')
      const after = await scene.snapshot()
      expect(brokenRecoveryPoints(after)).toEqual([])
      expect(after.openUploads).toEqual([])
      expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
      await expectNothingLeft(scene)
    },
  )
})
