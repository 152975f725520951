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
}
