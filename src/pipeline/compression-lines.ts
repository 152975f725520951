import type { Request } from '../server/request'
import type { CompressionSettings } from './compression'

/** The lines of a request that set the compression of a stream. */
export function compressionLines({ kind, level }: CompressionSettings): Request {
  return [
    ['compression', kind],
    ['level', level === undefined ? '' : String(level)],
  ]
}
