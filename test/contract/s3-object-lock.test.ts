import { randomBytes } from 'node:crypto'
import { DeleteObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { readBucketFacts } from '../../src/store/s3/bucket-facts'
import { openS3Store } from '../../src/store/s3/s3-store'
import { askForChecksums, type FaultProxy, startFaultProxy } from '../servers/fault-proxy'
import { openTestS3, type TestS3 } from './s3-server'

const put = { contentType: 'application/octet-stream' }

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

describe('a bucket with Object Lock and default retention', () => {
  it('takes everything that a backup writes, overwrites, copies and removes, and keeps every version', async () => {
    const settings = await s3.freshBucket(proxy.endpoint, 30)
    askForChecksums(proxy)
    const store = openS3Store(settings, { maxAttempts: 1, singleCopyBytes: 6 * 2 ** 20, copyPartBytes: 5 * 2 ** 20 })
    const large = randomBytes(7 * 2 ** 20)
    const upload = async (key: string, body: Buffer) => {
      const uploadId = await store.createUpload(key, put)
      const first = await store.uploadPart(key, uploadId, 1, body.subarray(0, 5 * 2 ** 20))
      const second = await store.uploadPart(key, uploadId, 2, body.subarray(5 * 2 ** 20))
      return store.completeUpload(key, uploadId, [first, second], body.length)
    }
    const old = await upload('p/running.sql.gz', large)
    const { etag, versionId } = await upload('p/running.sql.gz', randomBytes(large.length))
    expect(versionId).not.toBe(old.versionId)
    await store.copy({ key: 'p/running.sql.gz', sizeBytes: large.length, etag }, 'p/daily.sql.gz', put)
    const small = await store.putText('p/running.manifest.json', '{"state":"publishing"}', put)
    await store.putText('p/running.manifest.json', '{}', put)
    await store.copy(
      { key: 'p/running.manifest.json', sizeBytes: 2, etag: (await store.head('p/running.manifest.json'))?.etag ?? '' },
      'p/daily.manifest.json',
      put,
    )
    await store.abortUpload('p/left.sql.gz', await store.createUpload('p/left.sql.gz', put))
    await store.remove('p/daily.sql.gz')

    expect(await store.head('p/daily.sql.gz')).toBeUndefined()
    expect(await store.getText('p/running.manifest.json')).toBe('{}')
    expect(await readBucketFacts(settings)).toMatchObject({
      versioning: 'on',
      retention: { period: '30 days', mode: 'COMPLIANCE' },
    })
    const { accessKey: accessKeyId, secretKey: secretAccessKey, endpoint } = s3.account
    const client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    })
    const Bucket = settings.bucket
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
    expect(Versions.map(({ Key }) => Key)).toEqual([
      'p/daily.manifest.json',
      'p/daily.sql.gz',
      'p/running.manifest.json',
      'p/running.manifest.json',
      'p/running.sql.gz',
      'p/running.sql.gz',
    ])
    expect(DeleteMarkers.map(({ Key }) => Key)).toEqual(['p/daily.sql.gz'])
    await expect(
      client.send(
        new DeleteObjectCommand({ Bucket, Key: 'p/running.manifest.json', VersionId: small.versionId ?? '' }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
    client.destroy()
    store.close()
  }, 20_000)
})
