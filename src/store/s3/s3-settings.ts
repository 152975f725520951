/** Which bucket, where, with whose credentials. */
export interface S3Settings {
  bucket: string
  /** Folder in the bucket without a slash at either end; '' for the bucket's root. */
  prefix: string
  region: string
  /** Undefined: AWS itself. */
  endpoint?: string
  /** Undefined: path style with an endpoint of one's own, virtual-host style at AWS. */
  forcePathStyle?: boolean
  /** Undefined: the SDK's default chain (environment, OIDC, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  /** Undefined: as the bucket is set up. */
  objects?: ObjectOptions
}

/** How the store keeps what is written. */
export interface ObjectOptions {
  /**
   * Of everything that comes by a multipart upload or by a copy. Small objects written whole stay in the standard class: they are
   * read by every run, and a class that must be thawed first would lock the manifests away.
   */
  storageClass?: string
  /** Of every object. */
  encryption?: Encryption
}

export interface Encryption {
  kind: 'AES256' | 'aws:kms' | 'aws:kms:dsse'
  /** Only with KMS. Undefined: the account's own key for S3. */
  kmsKeyId?: string
}
