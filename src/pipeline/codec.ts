import type { Duplex } from 'node:stream'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression } from './compression'
import { Decoder } from './decoder'
import type { Filter } from './filter'
import { ZstdFrames } from './zstd-frames'

/** What was done to content before it was stored. Several are named in the order in which they were done. */
export type Codec = Exclude<Compression, 'none'>

/** By its manifest. */
export function codecsOf({ compression }: { compression: Compression }): Codec[] {
  return compression === 'none' ? [] : [compression]
}

/** What follows `.sql` or `.tar` in an object's name. */
export function suffixOf(codecs: readonly Codec[]): string {
  return codecs.map(codec => facts[codec].suffix).join('')
}

/** Makes content of what is stored: the codec that was applied last is undone first. */
export function decode(codecs: readonly Codec[]): Filter<undefined> {
  return { stages: codecs.toReversed().map(codec => facts[codec].decoder()), result: () => undefined }
}

/** Few, large pieces: each costs a turn of the event loop. Compressed bytes that wait for the thread of their own. */
const options = { chunkSize: 512 * 1024, writableHighWaterMark: 1024 * 1024 }

/** What `zstd --ultra` writes without `--long`. */
const params = { [constants.ZSTD_d_windowLogMax]: 27 }

const facts: Readonly<Record<Codec, { suffix: string; decoder: () => Duplex }>> = {
  gzip: { suffix: '.gz', decoder: () => new Decoder('gzip', createGunzip(options)) },
  zstd: {
    suffix: '.zst',
    decoder: () => new Decoder('zstd', createZstdDecompress({ ...options, params }), new ZstdFrames()),
  },
}
