/** How an artifact is compressed on the server. Object names follow it. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** What follows `.sql` or `.tar` in an object's name. */
export function compressionSuffix(compression: Compression): '' | '.gz' | '.zst' {
  return compression === 'gzip' ? '.gz' : compression === 'zstd' ? '.zst' : ''
}

/** How artifacts are compressed on the server. */
export interface CompressionSettings {
  kind: Compression
  /** Undefined: the tool's own default. */
  level?: number
}
