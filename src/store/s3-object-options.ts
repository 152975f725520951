import type { StorageClass } from '@aws-sdk/client-s3'
import type { Encryption } from './s3-settings'

/** The fields of a request that say how the store encrypts the object; none when that is up to the bucket. */
export function encryptionFields(encryption: Encryption | undefined) {
  if (encryption === undefined) return {}
  const { kind, kmsKeyId } = encryption
  return { ServerSideEncryption: kind, ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }) }
}

/** The field that says in which class the store keeps the object; none when that is up to the store. */
export function storageClassField(name: string | undefined): { StorageClass?: StorageClass } {
  return name !== undefined && isStorageClass(name) ? { StorageClass: name } : {}
}

/** The SDK's type lists the classes of AWS and sends any name: other stores have classes of their own. */
function isStorageClass(name: string): name is StorageClass {
  return name !== ''
}
