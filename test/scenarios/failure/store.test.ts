import { countMatching, type Fault, type FaultProxy, type Match } from '../../servers/fault-proxy'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { denied, pass, storeProxy, storeRequests } from '../store-requests'
import { expectCleanPost, expectFailure, expectNothingLeft, expectRed, openScene, type Scene } from './failure-scene'

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

const always = Number.POSITIVE_INFINITY
const unchanged = /Still safe: (Nothing was changed|Nothing has changed) in the bucket/

describe('a backup whose store refuses', () => {
  it('says that the secret key is wrong', async () => {
    const inputs = { 's3-secret-access-key': 'not-the-secret-of-this-key' }
    await expectFailure(scene, { inputs }, [/secret access key does not belong/, /"s3-secret-access-key"/, unchanged])
  })

  it('says that the key id is unknown', async () => {
    const inputs = { 's3-access-key-id': 'AKIDOFNOBODY' }
    await expectFailure(scene, { inputs }, [/does not know the access key id/, /"s3-access-key-id"/, unchanged])
  })

  it('says that there is no such bucket', async () => {
    const inputs = { 's3-bucket': 'no-such-bucket-anywhere' }
    await expectFailure(scene, { inputs }, [/no bucket "no-such-bucket-anywhere"/, /"s3-bucket"/, unchanged])
  })

  it.each<[string, Match, RegExp]>([
    ['to begin an upload', storeRequests.create, /begin the upload of "running-backups\/running\./],
    ['a part', storeRequests.part, /send part 1 of "running-backups\/running\./],
  ])('stores nothing when it refuses %s', async (_name, match, says) => {
    proxy.fail(match, denied, always)
    await expectFailure(scene, {}, [
      says,
      /access denied.*s3:PutObject/,
      /Allow s3:PutObject on arn:aws:s3:::/,
      unchanged,
    ])
  })

  it.each<[string, Match, RegExp]>([
    ['the first manifest', storeRequests.putManifest, /write "running-backups\/running\.manifest\.json"/],
    ['to complete the first upload', storeRequests.completeDatabase, /complete the upload of .*database/],
  ])('puts everything back when it refuses %s', async (_name, match, says) => {
    proxy.fail(match, denied)
    await expectFailure(scene, {}, [/Could not publish slot running/, says, /s3:PutObject/, unchanged])
  })

  it.each<[string, Match, Fault, RegExp]>([
    ['to complete the second upload', storeRequests.completeFiles, denied, /complete the upload of .*codebase/],
    ['the last manifest', storeRequests.putManifest, denied, /write "running-backups\/running\.manifest\.json"/],
  ])('has the post step finish what it began when it refuses %s', async (_name, match, fault, says) => {
    const before = await scene.snapshot()
    if (match === storeRequests.putManifest) proxy.fail(match, pass)
    proxy.fail(match, fault)
    const run = await scene.run()
    expectRed(run, [/Slot running is unfinished/, says, /Every other recovery point is unchanged/, /post step/])
    expectCleanPost(run)
    const after = await scene.snapshot()
    expect(brokenRecoveryPoints(after)).toEqual([])
    expect(after.openUploads).toEqual([])
    expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
    expect(otherSlots(after)).toEqual(otherSlots(before))
    await expectNothingLeft(scene)
  })
})

describe('a backup whose store has a bad hour', () => {
  it('asks again when the store says to slow down', async () => {
    const slowDown: Fault = { kind: 'reply', status: 503, code: 'SlowDown' }
    for (const match of [storeRequests.list, storeRequests.create, storeRequests.part, storeRequests.complete]) {
      proxy.fail(match, slowDown, 2)
    }
    proxy.fail(storeRequests.part, { kind: 'reset', when: { bodyBytes: 1_000 } })
    await expectGood()
    expect(proxy.requests.filter(({ fault }) => fault !== undefined)).toHaveLength(9)
  })

  it('sends a part again that arrived damaged', async () => {
    proxy.fail(storeRequests.part, { kind: 'flip', atByte: 1_000 })
    await expectGood()
    expect(countMatching(proxy.requests, storeRequests.part)).toBe(3)
  })

  it.each<[string, Fault]>([
    ['is lost', { kind: 'reset', when: 'after' }],
    ['is an error of the store', { kind: 'reply', status: 500, code: 'InternalError', forward: true }],
  ])('sees that an upload was completed though the answer %s', async (_name, fault) => {
    proxy.fail(storeRequests.completeDatabase, fault)
    proxy.fail(storeRequests.completeFiles, fault)
    await expectGood()
  })

  it('sees that a manifest was written though the answer is lost', async () => {
    proxy.fail(storeRequests.putManifest, { kind: 'reset', when: 'after' }, 2)
    await expectGood()
  })
})

describe('a backup with credentials that may do less', () => {
  it('is good, and says so, when they may only write', async () => {
    for (const match of [storeRequests.head, storeRequests.list, storeRequests.listUploads, storeRequests.read]) {
      proxy.fail(match, denied, always)
    }
    const warnings = await expectGood()
    expect(warnings.some(({ title }) => title === 'store-unreadable')).toBe(true)
  })

  it('is good when they may not list', async () => {
    proxy.fail(storeRequests.list, denied, always)
    proxy.fail(storeRequests.listUploads, denied, always)
    await expectGood()
  })
})

/** A good run: the slot holds a new recovery point as a whole, other slots what they held. Returns its warnings. */
async function expectGood() {
  const before = await scene.snapshot()
  const run = await scene.run()
  expect(run.main?.annotations.error).toEqual([])
  expect(run.conclusion).toBe('success')
  expectCleanPost(run)
  const after = await scene.snapshot()
  expect(brokenRecoveryPoints(after)).toEqual([])
  expect(after.openUploads).toEqual([])
  expect(after.manifests['running']?.startedAt).not.toBe(before.manifests['running']?.startedAt)
  expect(otherSlots(after)).toEqual(otherSlots(before))
  await expectNothingLeft(scene)
  return run.main?.annotations.warning ?? []
}

function otherSlots({ objects }: Awaited<ReturnType<Scene['snapshot']>>) {
  return Object.entries(objects).filter(([key]) => !key.startsWith('running-backups/running.'))
}
