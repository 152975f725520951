import { randomBytes } from 'node:crypto'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { createBucket, type S3Account } from '../../test/servers/rgw'

/** A bucket for one measurement. */
export interface BenchBucket {
  readonly name: string
  sizeOf(key: string): Promise<number>
}

/** Gives `work` a bucket of its own and removes it with all that is in it: the store lives in memory. */
export async function withBucket<T>(account: S3Account, work: (bucket: BenchBucket) => Promise<T>): Promise<T> {
  const name = `bench-${randomBytes(6).toString('hex')}`
  const client = new S3Client({
    endpoint: account.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: account.accessKey, secretAccessKey: account.secretKey },
  })
  await createBucket(account, name)
  try {
    return await work({
      name,
      sizeOf: async key => {
        const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }))
        return ContentLength
      },
    })
  } finally {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }))
    if (Contents.length > 0) {
      const objects = Contents.map(({ Key }) => ({ Key }))
      await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects: objects } }))
    }
    await client.send(new DeleteBucketCommand({ Bucket: name }))
    client.destroy()
    // The store gives the space back some seconds later.
    await new Promise(resolve => setTimeout(resolve, 6_000))
  }
}
