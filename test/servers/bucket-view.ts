import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Account } from './rgw'

/** What a store says about one object. `etag` without quotes. */
interface StoredObject {
  bytes: number
  etag: string
  metadata: Readonly<Record<string, string>>
}

/** A bucket as its owner sees it, apart from all code of the product. */
export interface BucketView {
  /** Every key, in the store's order, but that of the object that private keys are tried on. */
  keys(): Promise<string[]>
  bytes(key: string): Promise<Buffer>
  text(key: string): Promise<string>
  head(key: string): Promise<StoredObject>
  put(key: string, body: string | Buffer, metadata?: Readonly<Record<string, string>>): Promise<void>
  remove(key: string): Promise<void>
  /** Keys of multipart uploads that were neither completed nor aborted. */
  openUploads(): Promise<string[]>
}

/** A view of a bucket with at most a thousand keys. */
export function bucketView(account: S3Account, bucket: string): BucketView {
  const use = async <T>(work: (client: S3Client) => Promise<T>): Promise<T> => {
    const client = new S3Client({
      endpoint: account.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: account.accessKey, secretAccessKey: account.secretKey },
    })
    try {
      return await work(client)
    } finally {
      client.destroy()
    }
  }
  const bytes = (key: string) =>
    use(async client => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      if (Body === undefined) throw new Error(`${key} came without a body.`)
      return Buffer.from(await Body.transformToByteArray())
    })
  return {
    bytes,
    text: async key => (await bytes(key)).toString('utf8'),
    keys: () =>
      use(async client => {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
        return Contents.map(({ Key = '' }) => Key).filter(key => !key.endsWith('encryption-test.age'))
      }),
    head: key =>
      use(async client => {
        const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
        const { ContentLength = -1, ETag = '', Metadata = {} } = found
        return { bytes: ContentLength, etag: ETag.replace(/^"(.*)"$/, '$1'), metadata: Metadata }
      }),
    put: (key, body, metadata = {}) =>
      use(async client => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: metadata }))
      }),
    remove: key =>
      use(async client => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
      }),
    openUploads: () =>
      use(async client => {
        const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
        return Uploads.map(({ Key = '' }) => Key)
      }),
  }
}
