/**
 * @jest-environment ./test/contract/node-errors.ts
 */
import { buffer } from 'node:stream/consumers'
import { openS3Store } from '../../src/store/s3/s3-store'
import { steadyRead } from '../../src/store/steady-read'
import type { Store } from '../../src/store/store'
import { countMatching, type Fault, type FaultProxy, startFaultProxy } from '../servers/fault-proxy'

const hasty = { answerTimeoutMs: 400, idleTimeoutMs: 1_500, maxAttempts: 2, retryDelayMs: 1 }
const forever = Number.POSITIVE_INFINITY

let proxy: FaultProxy
let store: Store

beforeAll(async () => {
  // No store is behind it: every answer is its own.
  proxy = await startFaultProxy({ upstream: 'http://127.0.0.1:1' })
  store = openS3Store(
    {
      ...{ bucket: 'backups', prefix: '', region: 'us-east-1', endpoint: proxy.endpoint, forcePathStyle: true },
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    },
    hasty,
  )
})
afterAll(async () => {
  store?.close()
  await proxy?.stop()
})
beforeEach(() => proxy.clear())

async function listed(): Promise<number> {
  let count = 0
  for await (const _ of store.list('running-backups/')) count++
  return count
}

const page = (entries: string, more: string) =>
  `<ListBucketResult><IsTruncated>true</IsTruncated>${more}${entries}</ListBucketResult>`
const entry =
  '<Contents><Key>running-backups/a</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-11-23T13:05:02.000Z</LastModified></Contents>'

describe('an answer without end', () => {
  const open = '<ListBucketResult>'
  it.each<[string, Fault]>([
    ['of text', { kind: 'repeat', begin: `${open}<Name>`, text: 'x' }],
    ['of tiny elements', { kind: 'repeat', begin: open, text: '<a/>' }],
    ['that is an error', { kind: 'repeat', status: 403, begin: '<Error><Message>', text: 'x' }],
    ['that is an error of the server', { kind: 'repeat', status: 500, begin: '<Error><Message>', text: 'x' }],
  ])('is cut off: one %s', async (_what, fault) => {
    proxy.fail({}, fault, forever)
    await expect(listed()).rejects.toMatchObject({
      code: 'AnswerTooLong',
      message: expect.stringContaining('the store sent more than any answer to this request has'),
    })
    expect(proxy.requests.length).toBeLessThanOrEqual(hasty.maxAttempts)
  })

  it('is cut off to a request for an object', async () => {
    proxy.fail({}, { kind: 'repeat', status: 403, begin: '<Error><Message>', text: 'x' }, forever)
    await expect(store.getText('a')).rejects.toMatchObject({ code: 'AnswerTooLong' })
  })

  it('is waited for no longer when it comes byte by byte', async () => {
    proxy.fail({}, { kind: 'repeat', begin: open, text: ' ', everyMs: 50 }, forever)
    await expect(listed()).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('the connection stalled or broke'),
    })
    expect(proxy.requests).toHaveLength(hasty.maxAttempts)
  })
})

describe('a listing without end', () => {
  it('is given up when it names the same page again', async () => {
    const token = '<NextContinuationToken>next</NextContinuationToken>'
    proxy.fail({}, { kind: 'repeat', begin: page(entry, token), text: '', times: 0 }, forever)
    await expect(listed()).rejects.toMatchObject({
      code: 'EndlessListing',
      message: expect.stringContaining('the listing has no end'),
    })
    expect(proxy.requests).toHaveLength(2)
  })
})

describe('an object', () => {
  const etag = { ETag: '"e"', 'content-type': 'text/plain' }

  it('is not read past the size that it should have', async () => {
    const headers = { ...etag, 'content-length': '1000000000000' }
    proxy.fail({}, { kind: 'repeat', headers, text: 'x' }, forever)
    const reading = buffer(steadyRead(store, { key: 'a', etag: 'e', sizeBytes: 200_000 }, { pauseMs: 1 }))
    await expect(reading).rejects.toMatchObject({
      code: 'PreconditionFailed',
      message: expect.stringContaining('has more than its 200000 bytes'),
    })
    expect(countMatching(proxy.requests, { method: 'GET' })).toBe(1)
  })

  it('is not read as text past 8 MiB, whatever its length is said to be', async () => {
    proxy.fail({}, { kind: 'repeat', headers: { ...etag, 'content-length': '5000000000' }, text: 'x' }, forever)
    await expect(store.getText('a')).rejects.toMatchObject({ code: 'TooLong' })
  })
})
