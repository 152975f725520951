/**
 * @jest-environment ./test/contract/node-errors.ts
 */
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { inspect } from 'node:util'
import { multipartETag } from '../../src/store/etag'
import { type MultipartWriter, openMultipartWriter } from '../../src/store/multipart-writer'
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { openS3Store } from '../../src/store/s3/s3-store'
import { steadyRead } from '../../src/store/steady-read'
import type { Store } from '../../src/store/store'
import { isDenied, StoreError } from '../../src/store/store-error'
import { countMatching, type Fault, type FaultProxy, type Match, startFaultProxy } from '../servers/fault-proxy'
import { freePort } from '../servers/free-port'
import { openTestS3, type TestS3 } from './s3-server'

const MiB = 2 ** 20
const partSizeBytes = 5 * MiB
const put = { contentType: 'application/gzip' }
const key = 'running-backups/Monday-13-00.database.sql.gz'

/** As patient as in earnest would take minutes. */
const hasty = {
  connectTimeoutMs: 2_000,
  // Long enough for a busy machine, short enough for the tests of a store that does not answer.
  idleTimeoutMs: 1_500,
  patientIdleTimeoutMs: 1_500,
  requestTimeoutMs: 5_000,
  maxAttempts: 4,
  retryDelayMs: 10,
}

const createRequest: Match = { method: 'POST', query: { uploads: true } }
const partRequest = (number: number): Match => ({ method: 'PUT', query: { partNumber: String(number) } })
const anyPart: Match = { method: 'PUT', query: { partNumber: true } }
const completeRequest: Match = { method: 'POST', query: { uploadId: true } }
const forever = Number.POSITIVE_INFINITY

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

/** Sends the bytes, up to the point where only the completion is missing. */
async function send(body: Buffer, signal = new AbortController().signal): Promise<MultipartWriter> {
  const writer = await openMultipartWriter(store, key, { partSizeBytes, concurrency: 2, put, signal })
  try {
    await pipeline(Readable.from([body]), writer.writable)
    return writer
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function complete(writer: MultipartWriter) {
  return store.completeUpload(key, writer.uploadId, writer.parts(), writer.bytes)
}

async function stored(): Promise<Buffer | undefined> {
  const body = await truth.get(key)
  return body && buffer(body)
}

async function openUploads(): Promise<number> {
  let count = 0
  for await (const _ of truth.listUploads('')) count++
  return count
}

async function failure(work: Promise<unknown>): Promise<StoreError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof StoreError)) throw new Error(`Expected a StoreError, got ${inspect(error)}`)
  return error
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
const restored = 'ongoing-request="false", expiry-date="Fri, 21 Dec 2029 00:00:00 GMT"'

const slowDown: Fault = { kind: 'reply', status: 503, code: 'SlowDown' }

describe('a part', () => {
  it.each<[string, Fault, number]>([
    ['a store that asks to slow down twice', slowDown, 2],
    ['an internal error', { kind: 'reply', status: 500, code: 'InternalError' }, 2],
    ['a gateway that answers 502 with no body of S3', { kind: 'reply', status: 502, code: '' }, 1],
    ['a reset before the request', { kind: 'reset', when: 'before' }, 1],
    ['a reset in the middle of the body', { kind: 'reset', when: { bodyBytes: 2 * MiB } }, 1],
    ['a lost reply', { kind: 'reset', when: 'after' }, 1],
    ['a store that does not answer', { kind: 'hang' }, 1],
    ['a byte that arrives damaged', { kind: 'flip', atByte: 1_234_567 }, 1],
  ])('heals %s', async (_what, fault, times) => {
    const body = randomBytes(2 * partSizeBytes + 1_000)
    proxy.fail(partRequest(2), fault, times)
    const writer = await send(body)
    await complete(writer)
    expect((await stored())?.equals(body)).toBe(true)
    expect(countMatching(proxy.requests, partRequest(2))).toBe(1 + times)
    expect(countMatching(proxy.requests, anyPart)).toBe(3 + times)
    expect(await openUploads()).toBe(0)
  })

  it('travels with its sha256 under the signature', async () => {
    await send(Buffer.from('the only part'))
    const request = proxy.requests.find(seen => seen.query.has('partNumber'))
    const sha256 = createHash('sha256').update('the only part').digest('hex')
    expect(request?.headers['x-amz-content-sha256']).toBe(sha256)
    expect(request?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/)
    expect(request?.headers.expect).toBeUndefined()
  })

  it.each<[string, Fault, string, RegExp]>([
    ['slows down', slowDown, 'SlowDown', /still asking to slow down after 4 attempts/],
    ['never answers', { kind: 'hang' }, 'TimeoutError', /stalled or broke, 4 times in a row/],
    ['always resets', { kind: 'reset', when: 'before' }, 'ECONNRESET', /stalled or broke, 4 times/],
    ['gets damaged data', { kind: 'flip', atByte: 9 }, 'XAmzContentSHA256Mismatch', /arrived damaged 4 times/],
  ])('fails for good when the store %s, and leaves nothing behind', async (_what, fault, code, message) => {
    await truth.putText(key, 'the last good one', put)
    proxy.fail(partRequest(2), fault, forever)
    const error = await failure(send(randomBytes(3 * partSizeBytes)))
    expect(error.code).toBe(code)
    expect(error.message).toContain(`Could not send part 2 of "${key}" to ${proxy.endpoint}/${settings.bucket}: `)
    expect(error.message).toMatch(message)
    expect(countMatching(proxy.requests, partRequest(2))).toBe(4)
    expect(await openUploads()).toBe(0)
    expect((await stored())?.toString()).toBe('the last good one')
  })

  it('is not sent again after a denial, which names the missing right', async () => {
    proxy.fail(anyPart, { kind: 'reply', status: 403, code: 'AccessDenied' }, forever)
    const error = await failure(send(randomBytes(100)))
    expect(isDenied(error)).toBe(true)
    expect(error.message).toContain('access denied, these credentials lack s3:PutObject')
    expect(error.advice).toContain(`Allow s3:PutObject on arn:aws:s3:::${settings.bucket}/running-backups/*`)
    expect(countMatching(proxy.requests, anyPart)).toBe(1)
    expect(await openUploads()).toBe(0)
  })

  it('is not begun, and not repeated, once the run is cancelled', async () => {
    const cancel = new AbortController()
    const reason = new Error('The run was cancelled.')
    proxy.fail(anyPart, { kind: 'hang' }, forever)
    const sending = send(randomBytes(4 * partSizeBytes), cancel.signal)
    while (countMatching(proxy.requests, anyPart) < 2) await new Promise(resolve => setTimeout(resolve, 5))
    cancel.abort(reason)
    await expect(sending).rejects.toBe(reason)
    expect(countMatching(proxy.requests, anyPart)).toBe(2)
    expect(await openUploads()).toBe(0)
  })
})

describe('beginning an upload', () => {
  it('heals a reset, and names the right that is missing', async () => {
    proxy.fail(createRequest, { kind: 'reset', when: 'before' })
    const uploadId = await store.createUpload(key, put)
    await store.abortUpload(key, uploadId)
    proxy.fail(createRequest, { kind: 'reply', status: 403, code: 'AccessDenied' })
    const error = await failure(store.createUpload(key, put))
    expect(error.message).toContain(`Could not begin the upload of "${key}"`)
    expect(error.message).toContain('s3:PutObject')
    expect(await openUploads()).toBe(0)
  })
})

describe('completing an upload', () => {
  const body = randomBytes(partSizeBytes + 500)

  it.each<[string, Fault, number]>([
    ['the reply is lost', { kind: 'reset', when: 'after' }, 1],
    ['every reply is lost', { kind: 'reset', when: 'after' }, forever],
    [
      'it is done, but answered with 500 each time',
      { kind: 'reply', status: 500, code: 'InternalError', forward: true },
      forever,
    ],
    ['it is done, and the repetition finds no upload', { kind: 'reset', when: 'after' }, 1],
    ['the reply breaks off', { kind: 'truncate', afterBytes: 20 }, forever],
    ['the store slows down before', slowDown, 2],
    ['a 200 carries an error once', { kind: 'reply', status: 200, code: 'InternalError' }, 1],
    ['the request is reset before it arrives', { kind: 'reset', when: 'before' }, 2],
  ])('succeeds when %s', async (what, fault, times) => {
    const writer = await send(body)
    proxy.fail(completeRequest, fault, times)
    if (/finds no upload/.test(what)) {
      proxy.fail(completeRequest, { kind: 'reply', status: 404, code: 'NoSuchUpload' }, forever)
    }
    const done = await complete(writer)
    expect(done).toEqual({ etag: multipartETag(writer.parts()), versionId: null })
    expect((await stored())?.equals(body)).toBe(true)
    expect(await openUploads()).toBe(0)
  })

  it.each<[string, Fault]>([
    ['each 200 carries an error', { kind: 'reply', status: 200, code: 'InternalError' }],
    ['the request never arrives', { kind: 'reset', when: 'before' }],
    ['the store never answers', { kind: 'hang' }],
    ['the right is missing', { kind: 'reply', status: 403, code: 'AccessDenied' }],
  ])('fails when %s, keeps the old object, and leaves nothing after abort', async (_what, fault) => {
    await truth.putText(key, 'the last good one', put)
    const writer = await send(body)
    proxy.fail(completeRequest, fault, forever)
    const error = await failure(complete(writer))
    expect(error.message).toContain(`Could not complete the upload of "${key}"`)
    await writer.abort()
    await writer.abort()
    expect(await openUploads()).toBe(0)
    expect((await stored())?.toString()).toBe('the last good one')
  })

  it('does not take an older object of another content for its own', async () => {
    await truth.putText(key, 'the last good one', put)
    const writer = await send(body)
    await truth.abortUpload(key, writer.uploadId)
    proxy.fail(completeRequest, { kind: 'reset', when: 'before' })
    expect((await failure(complete(writer))).code).toBe('NoSuchUpload')
    expect((await stored())?.toString()).toBe('the last good one')
  })
})

describe('reading', () => {
  it('fails a stream that ends before the object does', async () => {
    await truth.putText('a', 'x'.repeat(100_000), put)
    proxy.fail({ method: 'GET' }, { kind: 'truncate', afterBytes: 50_000 })
    const stream = await store.get('a')
    const error = await failure(buffer(stream ?? Readable.from([])))
    expect(error.message).toContain('Could not read "a"')
  })

  it('reads a small text again that broke off', async () => {
    await truth.putText('a', 'x'.repeat(100_000), put)
    proxy.fail({ method: 'GET' }, { kind: 'truncate', afterBytes: 50_000 }, 2)
    expect((await store.getText('a'))?.length).toBe(100_000)
    expect(countMatching(proxy.requests, { method: 'GET' })).toBe(3)
  })

  it('names the right to read, and that a missing object may look the same', async () => {
    proxy.fail({ method: 'HEAD' }, { kind: 'reply', status: 403, code: 'AccessDenied' })
    const error = await failure(store.head('running-backups/a'))
    expect(error.message).toContain('these credentials lack s3:GetObject')
    expect(error.advice).toContain('Without s3:ListBucket')
    expect(error.status).toBe(403)
    proxy.fail({ method: 'GET' }, { kind: 'reply', status: 403, code: 'AccessDenied' })
    const listing = failure(store.list('running-backups/')[Symbol.asyncIterator]().next())
    expect((await listing).advice).toContain(`Allow s3:ListBucket on arn:aws:s3:::${settings.bucket} for`)
  })

  it('reads a large object to its end over connections that break', async () => {
    const body = randomBytes(12 * MiB)
    await complete(await send(body))
    proxy.clear()
    proxy.fail({ method: 'GET' }, { kind: 'truncate', afterBytes: 5 * MiB })
    proxy.fail({ method: 'GET' }, { kind: 'hang' })
    proxy.fail({ method: 'GET' }, { kind: 'truncate', afterBytes: 3 * MiB })
    proxy.fail({ method: 'GET' }, { kind: 'reset', when: 'before' })
    const { sizeBytes, etag } = (await truth.head(key)) ?? { sizeBytes: 0, etag: '' }
    const read = await buffer(steadyRead(store, { key, sizeBytes, etag }, { pauseMs: 10 }))
    expect(read.equals(body)).toBe(true)
    const ranges = proxy.requests.flatMap(({ method, headers }) => (method === 'GET' ? [headers.range] : []))
    expect(ranges[0]).toBeUndefined()
    expect(ranges.slice(1).every(range => range !== undefined)).toBe(true)
    expect(ranges.length).toBe(5)
  })

  it('does not take another object for the one it asked for, also where the store knows no conditions', async () => {
    const { etag } = await truth.putText('a', 'x', put)
    proxy.fail({ method: 'GET' }, { kind: 'headers', headers: { ETag: '"0123"' } })
    const error = await failure(store.get('a', { etag }))
    expect(error).toMatchObject({ code: 'PreconditionFailed', status: 412 })
    expect(error.message).toContain('was replaced in the meantime')
  })

  it.each([
    [{ 'x-amz-storage-class': 'GLACIER' }, 'GLACIER', true],
    [{ 'x-amz-storage-class': 'DEEP_ARCHIVE', 'x-amz-restore': 'ongoing-request="true"' }, 'DEEP_ARCHIVE', true],
    [{ 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': restored }, 'GLACIER', false],
    [
      { 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'DEEP_ARCHIVE_ACCESS' },
      'INTELLIGENT_TIERING',
      true,
    ],
    [{ 'x-amz-storage-class': 'INTELLIGENT_TIERING' }, 'INTELLIGENT_TIERING', false],
    [{ 'x-amz-storage-class': 'GLACIER_IR' }, 'GLACIER_IR', false],
  ])('knows by %j whether an object is archived', async (headers, storageClass, isArchived) => {
    await truth.putText('a', 'x', put)
    proxy.fail({ method: 'HEAD' }, { kind: 'headers', headers })
    expect(await store.head('a')).toMatchObject({ storageClass, isArchived })
  })

  it('says how to have an archived object restored', async () => {
    const archived = 'running-backups/Monday-13-00.odd-name%20db.database.sql.gz'
    proxy.fail({ method: 'GET' }, { kind: 'reply', status: 403, code: 'InvalidObjectState' })
    const error = await failure(store.get(archived))
    expect(error.message).toContain('is archived')
    expect(error.advice).toContain(
      `aws s3api restore-object --bucket ${settings.bucket} --key ${archived} --restore-request Days=3 --endpoint-url ${proxy.endpoint}`,
    )
    expect(isDenied(error)).toBe(false)
  })

  it('heals a page of a listing', async () => {
    await truth.putText('a', '1', put)
    proxy.fail({ method: 'GET' }, slowDown, 2)
    const keys: string[] = []
    for await (const entry of store.list('')) keys.push(entry.key)
    expect(keys).toEqual(['a'])
  })
})

describe('what is wrong with the settings', () => {
  const attempt = async (changed: Partial<S3Settings>): Promise<StoreError> => {
    const wrong = openS3Store({ ...settings, ...changed }, { ...hasty, maxAttempts: 2 })
    try {
      return await failure(wrong.createUpload(key, put))
    } finally {
      wrong.close()
    }
  }
  const { accessKeyId, secretAccessKey } = { accessKeyId: 'AKNOBODY', secretAccessKey: 'a-secret-of-mine' }

  it('names a bucket that does not exist', async () => {
    const error = await attempt({ bucket: 'no-such-bucket' })
    expect(error).toMatchObject({ code: 'NoSuchBucket', status: 404 })
    expect(error.message).toContain(`there is no bucket "no-such-bucket" at ${proxy.endpoint}`)
    expect(error.advice).toContain('"s3-bucket"')
  })

  it('tells an unknown access key from a wrong secret, and repeats neither secret', async () => {
    const unknown = await attempt({ credentials: { accessKeyId, secretAccessKey } })
    expect(unknown.code).toBe('InvalidAccessKeyId')
    expect(unknown.advice).toContain('"s3-access-key-id"')
    const wrong = await attempt({ credentials: { accessKeyId: s3.account.accessKey, secretAccessKey } })
    expect(wrong.code).toBe('SignatureDoesNotMatch')
    expect(wrong.advice).toContain('"s3-secret-access-key"')
    for (const error of [unknown, wrong]) expect(inspect(error, { depth: 20 })).not.toContain(secretAccessKey)
  })

  it('scrubs secrets that the store repeats', async () => {
    const sessionToken = 'a-session-token-of-mine'
    const message = `bad: ${secretAccessKey} ${sessionToken}`
    proxy.fail(createRequest, { kind: 'reply', status: 400, code: 'InvalidToken', message })
    const error = await attempt({ credentials: { accessKeyId, secretAccessKey, sessionToken } })
    expect(error.advice).toContain('"s3-session-token"')
    const shown = inspect(error, { depth: 20, showHidden: true })
    expect(shown).toContain('bad: *** ***')
    expect(shown).not.toContain(sessionToken)
    expect(shown).not.toContain(secretAccessKey)
  })

  it.each<[string, Fault]>([
    [
      'a redirect',
      {
        kind: 'reply',
        status: 301,
        code: 'PermanentRedirect',
        headers: { 'x-amz-bucket-region': 'eu-west-3' },
      },
    ],
    [
      'a refused signature',
      {
        kind: 'reply',
        status: 400,
        code: 'AuthorizationHeaderMalformed',
        message: "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-3'",
      },
    ],
  ])('names the right region after %s', async (_what, fault) => {
    proxy.fail(createRequest, fault)
    const error = await attempt({})
    expect(error.message).toContain('is not in the region "us-east-1" but in "eu-west-3"')
    expect(error.advice).toBe('Set the input "s3-region" to "eu-west-3".')
  })

  it.each([
    ['ExpiredToken', 400, /temporary credentials have expired/],
    ['QuotaExceeded', 403, /full or its quota is used up/],
    ['NotImplemented', 501, /the store failed with 501 NotImplemented/],
  ])('explains %s', async (code, status, message) => {
    proxy.fail(createRequest, { kind: 'reply', status, code }, forever)
    const error = await attempt({})
    expect(error).toMatchObject({ code, status })
    expect(error.message).toMatch(message)
    expect(countMatching(proxy.requests, createRequest)).toBe(1)
  })

  it('explains clocks that disagree', async () => {
    proxy.fail(createRequest, { kind: 'reply', status: 403, code: 'RequestTimeTooSkewed' }, forever)
    const error = await attempt({})
    expect(error.message).toContain('more than 15 minutes apart')
  })

  it('says where nothing listens', async () => {
    const error = await attempt({ endpoint: `http://127.0.0.1:${await freePort()}` })
    expect(error).toMatchObject({ code: 'ECONNREFUSED', status: undefined })
    expect(error.advice).toContain('Check the input "s3-endpoint" (got "http://127.0.0.1:')
  })

  it('knows TLS spoken to a port without', async () => {
    const error = await attempt({ endpoint: settings.endpoint.replace('http:', 'https:') })
    expect(error.message).toContain('does not speak TLS at this address')
    expect(error.advice).toContain('http://')
  })
})
