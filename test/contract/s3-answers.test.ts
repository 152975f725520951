/**
 * @jest-environment ./test/contract/node-errors.ts
 */
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { openS3Store } from '../../src/store/s3/s3-store'
import { type Fault, type FaultProxy, type Match, startFaultProxy } from '../servers/fault-proxy'
import { openTestS3, type TestS3 } from './s3-server'

const put = { contentType: 'text/plain' }
const key = 'p/running.sql.gz'
const begin: Match = { method: 'POST', query: { uploads: true } }

let s3: TestS3
let proxy: FaultProxy
let settings: S3Settings & { endpoint: string }

beforeAll(async () => {
  s3 = await openTestS3()
  proxy = await startFaultProxy({ upstream: s3.account.endpoint })
  settings = await s3.freshBucket(proxy.endpoint)
}, 60_000)

beforeEach(() => proxy.clear())

afterAll(async () => {
  await proxy?.stop()
  await s3?.stop()
})

function refusal(status: number, code: string, message = ''): Fault {
  return { kind: 'reply', status, code, message }
}

/** What beginning an upload fails with. */
async function failure(change: Partial<S3Settings>, fault?: Fault): Promise<unknown> {
  if (fault !== undefined) proxy.fail(begin, fault)
  const store = openS3Store({ ...settings, ...change }, { maxAttempts: 1 })
  return store
    .createUpload(key, put)
    .then(
      () => undefined,
      error => error,
    )
    .finally(() => store.close())
}

describe('an S3 store behind a proxy that changes ETags', () => {
  it.each([
    ['weak ones', (etag: string) => `W/"${etag}"`],
    ['those of a compression', (etag: string) => `"${etag}-gzip"`],
    ['bare ones', (etag: string) => etag],
  ])('works with %s', async (_name, changed) => {
    const store = openS3Store(settings, { maxAttempts: 1 })
    const uploadId = await store.createUpload(key, put)
    const etag = await store.uploadPart(key, uploadId, 1, Buffer.from('the only part'))
    const { etag: whole } = await store.completeUpload(key, uploadId, [etag], 13)
    const known = { key, sizeBytes: 13, etag: whole }
    for (const method of ['HEAD', 'GET', 'PUT']) {
      proxy.fail({ method, path: /running/ }, { kind: 'headers', headers: { etag: changed(whole) } }, 10)
    }
    expect(await store.head(key)).toMatchObject({ etag: whole })
    const body = await store.get(key, { etag: whole })
    body?.resume()
    await store.copy(known, 'p/daily.sql.gz', put)
    expect(await store.uploadPart(key, await store.createUpload(key, put), 1, Buffer.from('x'))).toBe(whole)
    store.close()
  })
})

describe('an S3 store that lacks what an input asks for', () => {
  it('names the storage class, the input and the way out, as Ceph refuses it', async () => {
    expect(await failure({ objects: { storageClass: 'GLACIER_IR' } })).toMatchObject({
      message: `Could not begin the upload of "${key}" to ${proxy.endpoint}/${settings.bucket}: the store does not accept "s3-storage-class" (got "GLACIER_IR").`,
      advice: expect.stringMatching(/^Leave this input empty.*ends in the same way\.$/),
    })
  })

  const both: Partial<S3Settings> = {
    objects: { storageClass: 'ONEZONE_IA', encryption: { kind: 'aws:kms', kmsKeyId: 'alias/gone' } },
  }
  const classOnly = '"s3-storage-class" (got "ONEZONE_IA").'
  const keyOnly = '"s3-server-side-encryption" (got "aws:kms") and "s3-kms-key-id" (got "alias/gone").'

  it.each<[string, Fault, string]>([
    ['AWS', refusal(400, 'InvalidStorageClass', 'The storage class you specified is not valid'), classOnly],
    [
      'R2',
      refusal(501, 'NotImplemented', "Header 'x-amz-storage-class' with value 'ONEZONE_IA' not implemented"),
      classOnly,
    ],
    ['AWS without the key', refusal(400, 'KMS.NotFoundException', 'Alias is not found.'), keyOnly],
    ['MinIO', refusal(501, 'NotImplemented', 'Server side encryption specified but KMS is not configured'), keyOnly],
    ['a store of few words', refusal(400, 'InvalidArgument'), `"s3-storage-class" (got "ONEZONE_IA") and`],
  ])('names the input that %s means', async (_name, fault, end) => {
    expect(await failure(both, fault)).toMatchObject({
      message: expect.stringContaining(`the store does not accept ${end}`),
      advice: expect.not.stringContaining('Run the workflow again'),
    })
  })

  it('does not blame an input that is empty', async () => {
    expect(await failure({}, refusal(400, 'InvalidArgument', 'no'))).toMatchObject({
      message: expect.stringMatching(/the store answered 400 InvalidArgument\.$/),
      advice: expect.stringMatching(/^Another run ends in the same way/),
    })
  })
})

describe('an S3 store in another region', () => {
  const malformed = (text: string) =>
    refusal(400, 'AuthorizationHeaderMalformed', `The authorization header is malformed; ${text}`)

  it.each<[string, Partial<S3Settings>, Fault, string, string]>([
    [
      'nobody has named one',
      { region: 'us-east-1', isRegionAssumed: true },
      malformed("the region 'us-east-1' is wrong; expecting 'fr-par'"),
      'is not in the region "us-east-1" (assumed, because "s3-region" is empty) but in "fr-par".',
      'Set the input "s3-region" to "fr-par".',
    ],
    [
      'the element names it',
      { region: 'eu-west-1' },
      malformed('the region is wrong</Message><Region>garage</Region><Message>'),
      'is not in the region "eu-west-1" but in "garage".',
      'Set the input "s3-region" to "garage".',
    ],
    [
      'a redirect names it',
      { region: 'eu-west-1' },
      { ...refusal(301, 'PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-north-1' } } as Fault,
      'is not in the region "eu-west-1" but in "eu-north-1".',
      'Set the input "s3-region" to "eu-north-1".',
    ],
    [
      'a bare 400 names it',
      { region: 'eu-west-1' },
      { ...refusal(400, 'BadRequest'), headers: { 'x-amz-bucket-region': 'eu-north-1' } } as Fault,
      'is not in the region "eu-west-1" but in "eu-north-1".',
      'Set the input "s3-region" to "eu-north-1".',
    ],
    [
      'nothing names it',
      { region: 'eu-west-1' },
      refusal(400, 'InvalidRegionName'),
      'is not in the region "eu-west-1".',
      'Set the input "s3-region" to the region of the bucket, and "s3-endpoint", if used, to the endpoint of that region.',
    ],
  ])('is called so: %s', async (_name, change, fault, message, advice) => {
    expect(await failure(change, fault)).toMatchObject({ message: expect.stringContaining(message), advice })
  })

  it('is thought of where a store says only that the signature is wrong', async () => {
    expect(await failure({ isRegionAssumed: true }, refusal(403, 'SignatureDoesNotMatch'))).toMatchObject({
      advice: expect.stringContaining('wrong region: it is "us-east-1" (assumed, because "s3-region" is empty)'),
    })
  })
})
