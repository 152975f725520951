/**
 * @jest-environment ./test/contract/node-errors.ts
 */
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { defaultTuning, openS3Clients } from '../../src/store/s3/s3-client'
import { copyObject } from '../../src/store/s3/s3-copy'
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { openS3Store } from '../../src/store/s3/s3-store'
import type { KnownObject, Store } from '../../src/store/store'
import { countMatching, type FaultProxy, type Match, startFaultProxy } from '../servers/fault-proxy'
import { openTestS3, type TestS3 } from './s3-server'

const MiB = 2 ** 20
const put = {
  contentType: 'application/octet-stream',
  metadata: { 'make-a-backup-slot': 'daily/2026-11-23' },
}
const from = 'running-backups/Monday-13-00.codebase.tar.gz'
const to = 'running-backups/daily/2026-11-23.codebase.tar.gz'
const hasty = { maxAttempts: 3, retryDelayMs: 10, singleCopyBytes: 6 * MiB, copyPartBytes: 5 * MiB }

const forever = Number.POSITIVE_INFINITY
const ofTarget = /2026-11-23/
const wholeCopy: Match = { method: 'PUT', path: ofTarget }
const partCopy = (number: number): Match => ({
  method: 'PUT',
  path: ofTarget,
  query: { partNumber: String(number) },
})
const anyPart: Match = { method: 'PUT', path: ofTarget, query: { partNumber: true } }
const completion: Match = { method: 'POST', path: ofTarget, query: { uploadId: true } }
const abortion: Match = { method: 'DELETE', path: ofTarget, query: { uploadId: true } }

let s3: TestS3
let proxy: FaultProxy
let settings: S3Settings & { endpoint: string }
let store: Store
/** The same bucket, past the proxy. */
let truth: Store

beforeAll(async () => {
  s3 = await openTestS3()
  proxy = await startFaultProxy({ upstream: s3.account.endpoint })
}, 60_000)

afterAll(async () => {
  await proxy?.stop()
  await s3?.stop()
})

beforeEach(async () => {
  const direct = await s3.freshBucket()
  settings = { ...direct, endpoint: proxy.endpoint }
  store = openS3Store(settings, hasty)
  truth = openS3Store(direct)
  proxy.clear()
})

afterEach(() => {
  store.close()
  truth.close()
})

/** Puts an object there in parts of 5 MiB and forgets the requests. */
async function given(body: Buffer, key = from): Promise<KnownObject> {
  const uploadId = await truth.createUpload(key, { contentType: 'application/octet-stream' })
  const etags = []
  for (let start = 0, number = 1; start < body.length; start += 5 * MiB, number++)
    etags.push(await truth.uploadPart(key, uploadId, number, body.subarray(start, start + 5 * MiB)))
  const { etag } = await truth.completeUpload(key, uploadId, etags, body.length)
  proxy.clear()
  return { key, sizeBytes: body.length, etag }
}

async function stored(key = to): Promise<Buffer | undefined> {
  const body = await truth.get(key)
  return body && buffer(body)
}

/** Copies while another object takes the source's place: before or after the store looks at it for the n-th time. */
function replacingSource(source: KnownObject, moment: { before?: number; after?: number }) {
  let looks = 0
  const replace = async () => {
    const { sizeBytes } = source
    const uploadId = await truth.createUpload(source.key, put)
    const etag = await truth.uploadPart(source.key, uploadId, 1, randomBytes(sizeBytes))
    await truth.completeUpload(source.key, uploadId, [etag], sizeBytes)
  }
  const head = async (key: string) => {
    if (key === source.key && ++looks === moment.before) await replace()
    const seen = await store.head(key)
    if (key === source.key && looks === moment.after) await replace()
    return seen
  }
  const watched: Store = new Proxy(store, {
    get(target, name) {
      if (name === 'head') return head
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const target = { Bucket: settings.bucket, Key: to }
  const clients = openS3Clients(settings, { ...defaultTuning, ...hasty })
  return copyObject(clients.patient, watched, { source, target, put, tuning: hasty })
}

async function openUploads(): Promise<string[]> {
  const keys = []
  for await (const { key } of truth.listUploads('')) keys.push(key)
  return keys
}

describe('a copy in one request', () => {
  it('sends no byte of the object, and asks that the source be the one that is meant', async () => {
    const body = randomBytes(6 * MiB)
    const source = await given(body)
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
    const requests = proxy.requests.filter(({ method }) => method === 'PUT')
    expect(requests).toHaveLength(1)
    expect(requests[0]?.headers).toMatchObject({
      'content-length': '0',
      'x-amz-copy-source': `${settings.bucket}/running-backups/Monday-13-00.codebase.tar.gz`,
      'x-amz-copy-source-if-match': `"${source.etag}"`,
      'x-amz-metadata-directive': 'REPLACE',
    })
  })

  it.each([
    ['does not know the condition', 501, 'NotImplemented'],
    ['takes the right ETag for a wrong one', 412, 'PreconditionFailed'],
  ])('goes on without the condition where the store %s', async (_what, status, code) => {
    const body = randomBytes(1_000)
    const source = await given(body)
    proxy.fail(wholeCopy, { kind: 'reply', status, code })
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
    const conditions = proxy.requests
      .filter(({ method }) => method === 'PUT')
      .map(({ headers }) => headers['x-amz-copy-source-if-match'])
    expect(conditions).toEqual([`"${source.etag}"`, undefined])
  })

  it.each([
    ['knows the condition', 412, 'PreconditionFailed', 1],
    ['does not know the condition', 501, 'NotImplemented', 2],
  ])(
    'fails when the source became another object meanwhile, where the store %s',
    async (_what, status, code, after) => {
      const source = await given(randomBytes(1_000))
      proxy.fail(wholeCopy, { kind: 'reply', status, code })
      const copied = replacingSource(source, { after })
      await expect(copied).rejects.toMatchObject({ code: 'PreconditionFailed', status: 412 })
      expect(countMatching(proxy.requests, wholeCopy)).toBe(after)
    },
  )

  it('survives a lost reply and a store that asks to slow down', async () => {
    const body = randomBytes(1_000)
    const source = await given(body)
    proxy.fail(wholeCopy, { kind: 'reset', when: 'after' })
    proxy.fail(wholeCopy, { kind: 'reply', status: 503, code: 'SlowDown' })
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
    expect(countMatching(proxy.requests, wholeCopy)).toBe(3)
  })

  it('takes an error under a status of 200 for what it is', async () => {
    const source = await given(randomBytes(1_000))
    proxy.fail(wholeCopy, { kind: 'reply', status: 200, code: 'InternalError' }, 3)
    await expect(store.copy(source, to, put)).rejects.toMatchObject({ code: 'InternalError' })
    expect(await stored()).toBeUndefined()
  })

  it('names both objects and the right that is missing', async () => {
    const source = await given(randomBytes(1_000))
    proxy.fail(wholeCopy, { kind: 'reply', status: 403, code: 'AccessDenied' })
    await expect(store.copy(source, to, put)).rejects.toMatchObject({
      message: `Could not copy "${from}" to "${to}" in ${store.name}: access denied, these credentials lack s3:PutObject.`,
    })
  })
})

describe('a copy in parts', () => {
  it('copies ranges of equal size side by side and completes them', async () => {
    const body = randomBytes(17 * MiB + 3)
    const source = await given(body)
    const copied = await store.copy(source, to, put)
    expect(copied.etag).toMatch(/^[0-9a-f]{32}-4$/)
    expect((await stored())?.equals(body)).toBe(true)
    expect((await truth.head(to))?.metadata).toEqual(put.metadata)
    const parts = proxy.requests.filter(({ query }) => query.has('partNumber'))
    expect(parts.map(({ headers }) => headers['x-amz-copy-source-range']).sort()).toEqual(
      [
        `bytes=0-${5 * MiB - 1}`,
        `bytes=${5 * MiB}-${10 * MiB - 1}`,
        `bytes=${10 * MiB}-${15 * MiB - 1}`,
        `bytes=${15 * MiB}-${17 * MiB + 2}`,
      ].sort(),
    )
    for (const { headers } of parts) {
      expect(headers['x-amz-copy-source-if-match']).toBe(`"${source.etag}"`)
      expect(headers['content-length']).toBe('0')
    }
  })

  it('makes its parts larger where the store takes only so many', async () => {
    const body = randomBytes(13 * MiB)
    const source = await given(body)
    Object.defineProperty(store, 'maxParts', { value: 2 })
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
    expect(countMatching(proxy.requests, anyPart)).toBe(2)
  })

  it('goes on without the condition where the store does not know it', async () => {
    const body = randomBytes(11 * MiB)
    const source = await given(body)
    proxy.fail(anyPart, { kind: 'reply', status: 501, code: 'NotImplemented' }, 3)
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
  })

  it('drops everything when one part fails, and leaves the target as it was', async () => {
    await given(Buffer.from('old'), to)
    const source = await given(randomBytes(16 * MiB))
    proxy.fail(partCopy(2), { kind: 'reply', status: 403, code: 'AccessDenied' })
    await expect(store.copy(source, to, put)).rejects.toMatchObject({ code: 'AccessDenied' })
    expect(await openUploads()).toEqual([])
    expect((await stored())?.toString()).toBe('old')
    expect(countMatching(proxy.requests, completion)).toBe(0)
  })

  it('tells the first error, not that of its failing clean-up', async () => {
    const source = await given(randomBytes(11 * MiB))
    proxy.fail(partCopy(2), { kind: 'reply', status: 400, code: 'InvalidRequest' })
    proxy.fail(abortion, { kind: 'reply', status: 403, code: 'AccessDenied' })
    await expect(store.copy(source, to, put)).rejects.toMatchObject({ code: 'InvalidRequest' })
    expect(await openUploads()).toEqual([to])
  })

  it('does not complete when the source became another object before the last look', async () => {
    const source = await given(randomBytes(11 * MiB))
    proxy.fail(anyPart, { kind: 'reply', status: 501, code: 'NotImplemented' }, forever)
    await expect(replacingSource(source, { after: 1 })).rejects.toMatchObject({ code: 'PreconditionFailed' })
    proxy.clear()
    const again = await given(randomBytes(11 * MiB))
    await expect(replacingSource(again, { before: 2 })).rejects.toMatchObject({ code: 'PreconditionFailed' })
    expect(countMatching(proxy.requests, completion)).toBe(0)
    expect(await stored()).toBeUndefined()
    expect(await openUploads()).toEqual([])
  })

  it('never takes an object whose key is what a careless store reads', async () => {
    const body = randomBytes(7 * MiB)
    const [odd, plain] = ['running-backups/a.x%2520y.sql', 'running-backups/a.x%20y.sql']
    const source = await given(body, odd)
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
    await given(randomBytes(7 * MiB), plain)
    await expect(store.copy(source, to, put)).rejects.toMatchObject({ code: 'AmbiguousKey' })
    expect((await stored())?.equals(body)).toBe(true)
  })

  it('counts a completion whose reply was lost', async () => {
    const body = randomBytes(11 * MiB)
    const source = await given(body)
    proxy.fail(completion, { kind: 'reset', when: 'after' })
    await store.copy(source, to, put)
    expect((await stored())?.equals(body)).toBe(true)
    expect(await openUploads()).toEqual([])
  })
})
