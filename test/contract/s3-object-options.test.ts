/**
 * @jest-environment ./test/contract/node-errors.ts
 */

import type { ObjectOptions } from '../../src/store/s3/s3-settings'
import { openS3Store } from '../../src/store/s3/s3-store'
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../servers/fault-proxy'
import { openTestS3, type TestS3 } from './s3-server'

const put = { contentType: 'application/gzip' }
const key = 'running-backups/Monday-13-00.database.sql.gz'
const copyKey = 'running-backups/daily/2026-11-23.database.sql.gz'
const manifestKey = 'running-backups/Monday-13-00.manifest.json'

let s3: TestS3
let proxy: FaultProxy

beforeAll(async () => {
  s3 = await openTestS3()
  proxy = await startFaultProxy({ upstream: s3.account.endpoint })
}, 60_000)

afterAll(async () => {
  await proxy?.stop()
  await s3?.stop()
})

beforeEach(() => proxy.clear())

async function storeWith(objects: ObjectOptions | undefined) {
  const settings = await s3.freshBucket(proxy.endpoint)
  proxy.clear()
  return openS3Store(objects === undefined ? settings : { ...settings, objects }, { maxAttempts: 1 })
}

const optionHeaders = [
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
]

/** The headers of ours that the request carried, and only if the signature covers them. */
function optionsOf(seen: SeenRequest | undefined): Record<string, unknown> {
  if (seen === undefined) throw new Error('There was no such request.')
  const signed = /SignedHeaders=([^,]*)/.exec(seen.headers.authorization ?? '')?.[1]?.split(';') ?? []
  const present = optionHeaders.filter(name => seen.headers[name] !== undefined)
  expect(signed).toEqual(expect.arrayContaining(present))
  return Object.fromEntries(present.map(name => [name.replace('x-amz-', ''), seen.headers[name]]))
}

const begun = () => proxy.requests.find(({ method, query }) => method === 'POST' && query.has('uploads'))
const written = () => proxy.requests.find(({ method, path }) => method === 'PUT' && path.endsWith('.json'))
const copied = () => proxy.requests.find(({ headers }) => headers['x-amz-copy-source'] !== undefined)

describe('an S3 store', () => {
  it('says nothing of classes and encryption unless told', async () => {
    const store = await storeWith(undefined)
    await store.createUpload(key, put)
    await store.putText(manifestKey, '{}', put)
    expect([optionsOf(begun()), optionsOf(written())]).toEqual([{}, {}])
    store.close()
  })

  it('stores uploads in the class that was asked for, and copies of them, but no small objects', async () => {
    const store = await storeWith({ storageClass: 'STANDARD' })
    const upload = await store.createUpload(key, put)
    const part = await store.uploadPart(key, upload, 1, Buffer.from('the only part'))
    const { etag } = await store.completeUpload(key, upload, [part], 13)
    await store.copy({ key, sizeBytes: 13, etag }, copyKey, put)
    await store.putText(manifestKey, '{}', put)
    expect(optionsOf(begun())).toEqual({ 'storage-class': 'STANDARD' })
    expect(optionsOf(copied())).toEqual({ 'storage-class': 'STANDARD' })
    expect(optionsOf(written())).toEqual({})
    expect(await store.getText(copyKey)).toBe('the only part')
    expect(await store.head(key)).not.toHaveProperty('storageClass')
    store.close()
  })

  it.each<[string, ObjectOptions, Record<string, string>]>([
    ['AES256', { encryption: { kind: 'AES256' } }, { 'server-side-encryption': 'AES256' }],
    ['the account’s key', { encryption: { kind: 'aws:kms' } }, { 'server-side-encryption': 'aws:kms' }],
    [
      'a key of one’s own',
      { encryption: { kind: 'aws:kms:dsse', kmsKeyId: 'alias/backups' } },
      {
        'server-side-encryption': 'aws:kms:dsse',
        'server-side-encryption-aws-kms-key-id': 'alias/backups',
      },
    ],
  ])('asks for encryption with %s in whatever it writes', async (_, objects, headers) => {
    const store = await storeWith(objects)
    // This server has no keys and may refuse each of them: what was asked is what counts here.
    await Promise.allSettled([store.createUpload(key, put), store.putText(manifestKey, '{}', put)])
    expect(optionsOf(begun())).toEqual(headers)
    expect(optionsOf(written())).toEqual(headers)
    store.close()
  })

  it('asks for the encryption of a copy too, not for that of its parts or reads', async () => {
    const store = await storeWith(undefined)
    const { etag } = await store.putText(key, 'content', put)
    const settings = { bucket: store.name.split('/').at(-1) ?? '', prefix: '', region: 'us-east-1' }
    const { accessKey, secretKey } = s3.account
    const encrypting = openS3Store(
      {
        ...settings,
        endpoint: proxy.endpoint,
        credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
        objects: { encryption: { kind: 'AES256' } },
      },
      { maxAttempts: 1 },
    )
    proxy.clear()
    await Promise.allSettled([encrypting.copy({ key, sizeBytes: 7, etag }, copyKey, put)])
    expect(optionsOf(copied())).toEqual({ 'server-side-encryption': 'AES256' })
    for (const seen of proxy.requests.filter(({ method }) => method === 'HEAD')) expect(optionsOf(seen)).toEqual({})
    encrypting.close()
    store.close()
  })
})
