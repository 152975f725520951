/** How an artifact is compressed on the server. Object names follow it. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** How artifacts are compressed on the server. */
export interface CompressionSettings {
  kind: Compression
  /** Undefined: the tool's own default. */
  level?: number
}
