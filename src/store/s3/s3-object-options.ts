import type { StorageClass } from '@aws-sdk/client-s3'
import type { PutOptions } from '../store'
import type { Encryption, S3Settings } from './s3-settings'

/** What a request says of an object to write: where it goes, what it is, and how it is encrypted. */
export function smallTarget(
  { bucket, objects }: S3Settings,
  key: string,
  { contentType, metadata }: PutOptions,
) {
  return {
    Bucket: bucket,
    Key: key,
    ContentType: contentType,
    Metadata: { ...metadata },
    ...encryptionFields(objects?.encryption),
  }
}

/** The same of an object that holds data: it goes into the storage class that was asked for. */
export function dataTarget(settings: S3Settings, key: string, put: PutOptions) {
  return { ...smallTarget(settings, key, put), ...storageClassField(settings.objects?.storageClass) }
}

function encryptionFields(encryption: Encryption | undefined) {
  if (encryption === undefined) return {}
  const { kind, kmsKeyId } = encryption
  return { ServerSideEncryption: kind, ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }) }
}

function storageClassField(name: string | undefined): { StorageClass?: StorageClass } {
  return name !== undefined && isStorageClass(name) ? { StorageClass: name } : {}
}

/** The SDK's type lists the classes of AWS and sends any name: other stores have classes of their own. */
function isStorageClass(name: string): name is StorageClass {
  return name !== ''
}
