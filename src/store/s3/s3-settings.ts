import type { Proxies } from '../../runtime/proxy/proxies'

/** The bucket, its place and the credentials. */
export interface S3Settings {
  bucket: string
  /** A folder in the bucket, without slashes at its ends; '' for the root. */
  prefix: string
  region: string
  /** Nobody named a region. */
  isRegionAssumed?: boolean
  /** Undefined: AWS itself. */
  endpoint?: string
  /** Undefined: path style with an `endpoint`, virtual-host style at AWS. */
  forcePathStyle?: boolean
  /** Undefined: the SDK's default chain (environment, OIDC, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  /** Undefined: connections are direct. */
  proxies?: Proxies
  /** Undefined: the defaults of the bucket. */
  objects?: ObjectOptions
}

/** How the store keeps what is written. */
export interface ObjectOptions {
  /** For data objects. Small ones stay in the standard class: an archive class would make manifests unreadable. */
  storageClass?: string
  /** For every object. */
  encryption?: Encryption
}

export interface Encryption {
  kind: 'AES256' | 'aws:kms' | 'aws:kms:dsse'
  /** Only with KMS. Undefined: the account's default key for S3. */
  kmsKeyId?: string
}
