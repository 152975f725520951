import { CompleteMultipartUploadCommand, type S3Client } from '@aws-sdk/client-s3'
import { multipartETag } from '../etag'
import type { StoredVersion } from '../store'
import { versionOf } from './s3-answer'

/** Completes a multipart upload. The total size lets the store refuse if a part is lost. */
export async function sendCompletion(
  client: S3Client,
  request: { bucket: string; key: string; uploadId: string; partETags: readonly string[]; sizeBytes: number },
): Promise<StoredVersion> {
  const { bucket, key, uploadId, partETags, sizeBytes } = request
  const parts = partETags.map((etag, index) => ({ ETag: `"${etag}"`, PartNumber: index + 1 }))
  const answer = await client.send(
    new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
      MpuObjectSize: sizeBytes,
    }),
  )
  // Ceph leaves the ETag of this response empty.
  return versionOf({ ETag: answer.ETag || multipartETag(partETags), VersionId: answer.VersionId })
}
