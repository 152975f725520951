/**
 * @jest-environment ./test/contract/node-errors.ts
 */
import { readBucketFacts } from '../../src/store/s3/bucket-facts'
import { tryStoreRights } from '../../src/store/s3/s3-rights'
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { openS3Store } from '../../src/store/s3/s3-store'
import type { Store } from '../../src/store/store'
import { memoryStore } from '../memory/memory-store'
import { denied } from '../scenarios/store-requests'
import { countMatching, type FaultProxy, type Match, startFaultProxy } from '../servers/fault-proxy'
import { freePort } from '../servers/free-port'
import { openTestS3, type TestS3 } from './s3-server'

let s3: TestS3
let proxy: FaultProxy
let settings: S3Settings & { endpoint: string }
let store: Store

beforeAll(async () => {
  s3 = await openTestS3()
  proxy = await startFaultProxy({ upstream: s3.account.endpoint })
}, 60_000)

beforeEach(async () => {
  proxy.clear()
  settings = { ...(await s3.freshBucket()), endpoint: proxy.endpoint }
  store = openS3Store(settings, { maxAttempts: 1 })
})

afterEach(() => store.close())

afterAll(async () => {
  await proxy?.stop()
  await s3?.stop()
})

const all = [
  's3:ListBucket',
  's3:GetObject',
  's3:PutObject',
  's3:ListBucketMultipartUploads',
  's3:AbortMultipartUpload',
]
const always = Number.POSITIVE_INFINITY

async function left(of: Store): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of of.list('', { deep: true })) keys.push(key)
  for await (const { key } of of.listUploads('')) keys.push(`unfinished ${key}`)
  return keys
}

describe('examineStore', () => {
  it('finds every right of an owner, and leaves nothing', async () => {
    expect(await tryStoreRights(store, settings)).toEqual({ findings: [], held: all })
    expect(await left(store)).toEqual([])
  })

  it('does the same with the store in memory', async () => {
    const twin = memoryStore()
    expect(await tryStoreRights(twin, settings)).toEqual({ findings: [], held: all })
    expect(await left(twin)).toEqual([])
  })

  it.each<[string, 'error' | 'warning', string, Match]>([
    ['s3:PutObject', 'error', '/running-backups/*', { method: 'POST', query: { uploads: true } }],
    ['s3:PutObject', 'error', '/running-backups/*', { method: 'PUT', query: { partNumber: true } }],
    ['s3:AbortMultipartUpload', 'error', '/running-backups/*', { method: 'DELETE' }],
    ['s3:GetObject', 'warning', '/running-backups/*', { method: 'HEAD' }],
    ['s3:ListBucket', 'warning', '', { method: 'GET', query: { 'list-type': '2' } }],
    ['s3:ListBucketMultipartUploads', 'warning', '', { method: 'GET', query: { uploads: true } }],
  ])('writes the statement for %s, which is a matter of: %s', async (right, level, resource, match) => {
    proxy.fail(match, denied, always)
    const { findings, held } = await tryStoreRights(store, settings)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ level, what: expect.stringContaining(`lack ${right} on `) })
    const statement = findings[0]?.fix?.split('\n').find(line => line.startsWith('{')) ?? ''
    expect(JSON.parse(statement)).toEqual({
      Effect: 'Allow',
      Action: right,
      Resource: `arn:aws:s3:::${settings.bucket}${resource}`,
    })
    expect(held).not.toContain(right)
    proxy.clear()
    const isAbort = right === 's3:AbortMultipartUpload'
    expect(await left(store)).toEqual(isAbort ? ['unfinished running-backups/preflight.probe'] : [])
  })

  it('finds a policy that forbids copies, with longer tiers only, and copies nothing', async () => {
    const copies: Match = { method: 'PUT', has: /^x-amz-copy-source$/ }
    expect(await tryStoreRights(store, settings, { copies: true })).toEqual({ findings: [], held: all })
    expect(countMatching(proxy.requests, copies)).toBe(1)
    proxy.fail(copies, denied, always)
    expect((await tryStoreRights(store, settings)).findings).toEqual([])
    expect(await tryStoreRights(store, settings, { copies: true })).toEqual({
      findings: [
        {
          code: 's3-copies',
          level: 'error',
          what: expect.stringContaining('but not copy there: the longer tiers'),
          fix: expect.stringContaining('"keep-daily"'),
        },
      ],
      held: all,
    })
    expect(await left(store)).toEqual([])
  })

  it('asks an object that is there whether objects may be read', async () => {
    await store.putText('running-backups/Monday-13-00.manifest.json', '{}', {
      contentType: 'application/json',
    })
    proxy.fail({ method: 'HEAD', path: /Monday-13-00/ }, denied, always)
    const { findings } = await tryStoreRights(store, settings)
    expect(findings.map(({ what }) => what)).toEqual([expect.stringContaining('s3:GetObject')])
    expect(await left(store)).toEqual(['running-backups/Monday-13-00.manifest.json'])
  })

  it('names everything that is lacking to somebody who may do nothing', async () => {
    proxy.fail({}, denied, always)
    const { findings, held } = await tryStoreRights(store, settings)
    expect(findings.map(({ level }) => level)).toEqual(['warning', 'error'])
    expect(held).toEqual([])
  })

  it.each<[string, () => Promise<Partial<S3Settings>>, RegExp]>([
    ['no such bucket', async () => ({ bucket: 'no-such-bucket-anywhere' }), /"s3-bucket"/],
    ['nothing at the address', async () => ({ endpoint: `http://127.0.0.1:${await freePort()}` }), /"s3-endpoint"/],
    [
      'a wrong secret',
      async () => ({ credentials: { accessKeyId: s3.account.accessKey, secretAccessKey: 'wrong' } }),
      /"s3-secret-access-key"/,
    ],
  ])('makes one finding of %s', async (_name, change, fix) => {
    const other = { ...settings, ...(await change()) }
    const broken = openS3Store(other, { maxAttempts: 1 })
    const { findings, held } = await tryStoreRights(broken, other)
    broken.close()
    expect(findings).toEqual([
      { code: 'store', level: 'error', what: expect.any(String), fix: expect.stringMatching(fix) },
    ])
    expect(held).toEqual([])
  })

  it('drops what a look that was killed left an hour ago, and only that', async () => {
    let now = new Date('2026-11-23T10:00:00Z')
    const twin = memoryStore({ now: () => now })
    const put = { contentType: 'text/plain' }
    await twin.createUpload('running-backups/preflight.probe', put)
    await twin.createUpload('running-backups/preflight.probe.sql.gz', put)
    now = new Date('2026-11-23T12:00:00Z')
    await twin.createUpload('running-backups/preflight.probe', put)
    await tryStoreRights(twin, settings)
    expect(await left(twin)).toEqual([
      'unfinished running-backups/preflight.probe',
      'unfinished running-backups/preflight.probe.sql.gz',
    ])
  })
})

describe('readBucketFacts', () => {
  it('tells that a new bucket keeps no versions and drops no uploads', async () => {
    expect(await readBucketFacts(settings)).toEqual({
      versioning: 'off',
      unfinishedUploads: 'never',
    })
  })

  it('leaves out what it may not know', async () => {
    proxy.fail({ method: 'GET' }, { kind: 'reply', status: 403, code: 'AccessDenied' }, always)
    expect(await readBucketFacts(settings)).toEqual({})
  })

  it('does not fail where nothing answers', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`
    expect(await readBucketFacts({ ...settings, endpoint }, { maxAttempts: 1 })).toEqual({})
  })
})
