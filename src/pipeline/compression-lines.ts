import type { Request } from '../server/request'
import type { CompressionSettings } from './compression'

/** How a stream is compressed on its way. */
export function compressionLines({ kind, level }: CompressionSettings): Request {
  return [
    ['compression', kind],
    ['level', level === undefined ? '' : String(level)],
  ]
}
