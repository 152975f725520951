/** How an artifact is compressed on the server. Decides the suffix of the object's name. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** The inputs `compression` and `compression-level`. */
export interface CompressionSettings {
  kind: Compression
  /** Undefined: the tool's default. */
  level?: number
}
