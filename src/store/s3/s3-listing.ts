import { ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import type { ListedObject, OpenUpload } from '../store'
import { EndOfListing } from './end-of-listing'
import { plainETag, present } from './s3-answer'

/** Lists every object under the prefix, page by page. `deep`: including those behind a further `/`. */
export async function* listObjects(
  client: S3Client,
  request: { bucket: string; prefix: string; deep: boolean; pageSize: number | undefined },
): AsyncGenerator<ListedObject> {
  const end = new EndOfListing()
  let from: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: request.bucket,
        Prefix: request.prefix,
        Delimiter: request.deep ? undefined : '/',
        ContinuationToken: from,
        MaxKeys: request.pageSize,
      }),
    )
    for (const entry of page.Contents ?? []) {
      yield {
        key: own(present(entry.Key, 'key')),
        sizeBytes: present(entry.Size, 'size'),
        etag: own(plainETag(present(entry.ETag, 'ETag'))),
        lastModified: present(entry.LastModified, 'time of last change'),
      }
    }
    // A listing that breaks off must not look complete.
    const next: string | undefined = page.IsTruncated ? present(page.NextContinuationToken, 'next page') : undefined
    end.expect(page.Contents?.length ?? 0, next, from)
    from = next
  } while (from !== undefined)
}

/** Lists every multipart upload under the prefix that was neither completed nor aborted. */
export async function* listOpenUploads(
  client: S3Client,
  request: { bucket: string; prefix: string; pageSize: number | undefined },
): AsyncGenerator<OpenUpload> {
  const end = new EndOfListing()
  let from: { KeyMarker: string; UploadIdMarker: string } | undefined
  do {
    const page = await client.send(
      new ListMultipartUploadsCommand({
        Bucket: request.bucket,
        Prefix: request.prefix,
        MaxUploads: request.pageSize,
        ...from,
      }),
    )
    for (const upload of page.Uploads ?? []) {
      yield {
        key: own(present(upload.Key, 'key')),
        uploadId: own(present(upload.UploadId, 'upload id')),
        initiated: present(upload.Initiated, 'start time'),
      }
    }
    const next = page.IsTruncated
      ? {
          KeyMarker: present(page.NextKeyMarker, 'next page'),
          UploadIdMarker: present(page.NextUploadIdMarker, 'next page'),
        }
      : undefined
    end.expect(page.Uploads?.length ?? 0, next, from)
    from = next
  } while (from !== undefined)
}

/** Whether the upload is listed. False only if the listing is complete and lacks it. */
export async function mayBeOpen(uploads: AsyncIterable<OpenUpload>, uploadId: string): Promise<boolean> {
  try {
    for await (const upload of uploads) if (upload.uploadId === uploadId) return true
    return false
  } catch {
    return true
  }
}

/** Text that does not keep the whole page in memory, as a part of it would. */
function own(text: string): string {
  return Buffer.from(text).toString()
}
