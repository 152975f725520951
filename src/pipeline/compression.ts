import type { Request } from '../server/request'

/** How an artifact is compressed on the server. Decides the suffix of the object's name. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** The inputs `compression` and `compression-level`. */
export interface CompressionSettings {
  kind: Compression
  /** Undefined: the tool's default. */
  level?: number
}

/** The lines of a request that set the compression of a stream. */
export function compressionLines({ kind, level }: CompressionSettings): Request {
  return [
    ['compression', kind],
    ['level', level === undefined ? '' : String(level)],
  ]
}
