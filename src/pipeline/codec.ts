import type { Duplex } from 'node:stream'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression } from './compression'
import { Decoder } from './decoder'
import type { Filter } from './filter'
import { ZstdFrames } from './zstd-frames'

/** One encoding of stored content. A list of them is in the order in which they were applied. */
export type Codec = Exclude<Compression, 'none'>

/** The codecs of an artifact, from its manifest. */
export function codecsOf({ compression }: { compression: Compression }): Codec[] {
  return compression === 'none' ? [] : [compression]
}

/** The part of an object's name after `.sql` or `.tar`. */
export function suffixOf(codecs: readonly Codec[]): string {
  return codecs.map(codec => facts[codec].suffix).join('')
}

/** Decodes stored content: the codec applied last is undone first. */
export function decode(codecs: readonly Codec[]): Filter<undefined> {
  return { stages: codecs.toReversed().map(codec => facts[codec].decoder()), result: () => undefined }
}

/** Large pieces, since each costs a turn of the event loop. The queue keeps the decompression thread busy. */
const options = { chunkSize: 512 * 1024, writableHighWaterMark: 1024 * 1024 }

/** The largest window that `zstd --ultra` uses without `--long`. */
const params = { [constants.ZSTD_d_windowLogMax]: 27 }

const facts: Readonly<Record<Codec, { suffix: string; decoder: () => Duplex }>> = {
  gzip: { suffix: '.gz', decoder: () => new Decoder('gzip', createGunzip(options)) },
  zstd: {
    suffix: '.zst',
    decoder: () => new Decoder('zstd', createZstdDecompress({ ...options, params }), new ZstdFrames()),
  },
}
