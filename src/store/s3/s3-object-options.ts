import type { StorageClass } from '@aws-sdk/client-s3'
import { defined } from '../../runtime/defined'
import type { PutOptions } from '../store'
import type { Encryption, S3Settings } from './s3-settings'

/** The fields of a request that writes an object: its place, type, metadata and encryption. */
export function smallTarget({ bucket, objects }: S3Settings, key: string, { contentType, metadata }: PutOptions) {
  return {
    Bucket: bucket,
    Key: key,
    ContentType: contentType,
    Metadata: { ...metadata },
    ...encryptionFields(objects?.encryption),
  }
}

/** The same for an object with data, which goes to the storage class of the settings. */
export function dataTarget(settings: S3Settings, key: string, put: PutOptions) {
  return { ...smallTarget(settings, key, put), ...storageClassField(settings.objects?.storageClass) }
}

/** The inputs behind these fields, with their values. */
export function smallInputs({ objects }: S3Settings): Record<string, string> {
  const { kind, kmsKeyId } = objects?.encryption ?? {}
  return defined({ 's3-server-side-encryption': kind, 's3-kms-key-id': kmsKeyId })
}

/** The same for an object with data. */
export function dataInputs(settings: S3Settings): Record<string, string> {
  return { ...defined({ 's3-storage-class': settings.objects?.storageClass }), ...smallInputs(settings) }
}

function encryptionFields(encryption: Encryption | undefined) {
  if (encryption === undefined) return {}
  const { kind, kmsKeyId } = encryption
  return { ServerSideEncryption: kind, ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }) }
}

function storageClassField(name: string | undefined): { StorageClass?: StorageClass } {
  return name !== undefined && isStorageClass(name) ? { StorageClass: name } : {}
}

/** The SDK's type lists only the classes of AWS, but the SDK sends any name: other stores have other classes. */
function isStorageClass(name: string): name is StorageClass {
  return name !== ''
}
