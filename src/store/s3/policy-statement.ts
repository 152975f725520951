import type { S3Settings } from './s3-settings'

/** The rights that a backup uses, by their IAM names. */
export type S3Right =
  | 's3:PutObject'
  | 's3:AbortMultipartUpload'
  | 's3:GetObject'
  | 's3:ListBucket'
  | 's3:ListBucketMultipartUploads'

/** The policy statement that grants this right where a backup needs it, as one line of JSON. */
export function policyStatement(
  right: S3Right,
  { bucket, prefix, region }: Pick<S3Settings, 'bucket' | 'prefix' | 'region'>,
): string {
  const root = `arn:${partitionOf(region)}:s3:::${bucket}`
  const isOnBucket = right === 's3:ListBucket' || right === 's3:ListBucketMultipartUploads'
  const resource = isOnBucket ? root : `${root}/${prefix === '' ? '' : `${prefix}/`}*`
  return JSON.stringify({ Effect: 'Allow', Action: right, Resource: resource })
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html, "partition". */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
