import { constants, createGzip, createZstdCompress } from 'node:zlib'
import type { Compression } from './compression'
import type { Filter } from './filter'

/** The least work that makes a stream smaller which is decompressed a moment later. `tools`: of the server. */
export function travelCompression(tools: ReadonlyMap<string, string>): Compression {
  return tools.has('zstd') ? 'zstd' : tools.has('gzip') ? 'gzip' : 'none'
}

/** The lowest level of each. */
export const travelLevel = 1

/** Compresses a stream for its way to the server. */
export function compressForTravel(compression: Compression): Filter<void> {
  return { stages: compression === 'none' ? [] : [compressors[compression]()], result: () => {} }
}

/** Large pieces, since each costs a turn of the event loop and a packet of the connection. */
const chunkSize = 256 * 1024

const compressors = {
  gzip: () => createGzip({ level: travelLevel, chunkSize }),
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: travelLevel }, chunkSize }),
}
